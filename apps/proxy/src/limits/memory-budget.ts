/** Powers of two up to 2^52, and one for nothing. */
const CLASSES = 54;

/**
 * One budget of memory for many bodies. While they hold more than it together, no body may hold more than a level,
 * which is so low that all would fit if none did: the largest holders are over it first, and small ones go on.
 *
 *     bytes held        ▇                     sum > budget: the level is where what is below it would fit
 *          level ─ ─ ─ ─▇─ ─ ─ ─▇─ ─ ─ ─
 *                   ▂   ▇   ▃   ▇   ▁   ▂
 *
 * The level is a power of two, found in constant time: holdings are counted by classes, class c for those of
 * 2^(c−1) to 2^c − 1 bytes.
 *
 * Invariants: `heldBytes` is the sum of all holdings; `#counts[c]` and `#sums[c]` are the number and the sum of those
 * in class c.
 */
export class MemoryBudget {
  /** May be set anew at any time. */
  budgetBytes: number;
  readonly #counts = new Float64Array(CLASSES);
  readonly #sums = new Float64Array(CLASSES);
  #heldBytes = 0;

  constructor(budgetBytes: number) {
    this.budgetBytes = budgetBytes;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** The most that one body may hold now, in bytes; `Infinity` while there is enough, at least 1. */
  get levelBytes(): number {
    if (this.#heldBytes <= this.budgetBytes) return Infinity;
    // From below: what is in the lower classes fits whole, and each holding above takes the level.
    let below = 0;
    let above = this.#counts.reduce((sum, count) => sum + count, 0) - (this.#counts[0] as number);
    let level = 1;
    for (let at = 1; at < CLASSES; at += 1) {
      below += this.#sums[at] as number;
      above -= this.#counts[at] as number;
      const next = 2 ** at;
      if (below + above * next > this.budgetBytes) break;
      level = next;
    }
    return level;
  }

  /** A body holds other bytes than before. */
  change(fromBytes: number, toBytes: number): void {
    this.#count(fromBytes, -1);
    this.#count(toBytes, 1);
    this.#heldBytes += toBytes - fromBytes;
  }

  /** For tests. @throws When the sums are not those of `holdings`. */
  checkInvariants(holdings: Iterable<number>): void {
    const counts = new Float64Array(CLASSES);
    const sums = new Float64Array(CLASSES);
    let held = 0;
    for (const bytes of holdings) {
      held += bytes;
      if (bytes === 0) continue;
      counts[classOf(bytes)] = (counts[classOf(bytes)] as number) + 1;
      sums[classOf(bytes)] = (sums[classOf(bytes)] as number) + bytes;
    }
    const isSame = counts.every((count, at) => count === this.#counts[at] && sums[at] === this.#sums[at]);
    if (!isSame || held !== this.#heldBytes)
      throw new Error(`the budget counts ${this.#heldBytes} of ${held}`);
  }

  #count(bytes: number, times: 1 | -1): void {
    if (bytes === 0) return;
    const at = classOf(bytes);
    this.#counts[at] = (this.#counts[at] as number) + times;
    this.#sums[at] = (this.#sums[at] as number) + times * bytes;
  }
}

/** How many binary digits it has. */
function classOf(bytes: number): number {
  return bytes < 2 ** 31 ? 32 - Math.clz32(bytes) : Math.min(CLASSES - 1, Math.floor(Math.log2(bytes)) + 1);
}
