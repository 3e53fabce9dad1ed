/** Longer copies take more time than making their memory. */
const MOST_KEPT_BYTES = 128 * 1024;

/** All that waits here, in one realm: what a pipe with a mark of 1 MiB holds, or sixteen with the usual one. */
const MOST_HELD_BYTES = 1024 * 1024;

/** Bounds the search. */
const MOST_SPARES = 64;

/** Capacities are rounded up, so that copies of about the same size meet each other's memory: long ones to this, … */
const STEP_BYTES = 4096;

/** … and short ones to a power of two. Shorter ones than this cost less to make than to look up. */
export const LEAST_REUSED_BYTES: number = 256;

/** The capacity for a copy of `count` bytes that may wait here: less than twice as much, or `count` where none may. */
export function usualCapacity(count: number): number {
  if (count <= LEAST_REUSED_BYTES / 2 || count > MOST_KEPT_BYTES) return count;
  if (count > STEP_BYTES) return Math.ceil(count / STEP_BYTES) * STEP_BYTES;
  return 2 ** (32 - Math.clz32(count - 1));
}

interface Spare {
  readonly bytes: Uint8Array;
  /** What `bytes` held when they came: who kept a view may have transferred them since. */
  readonly capacity: number;
  readonly lender: object;
}

/**
 * Memory that a store copied into, and whose bytes have left without it, until the same store copies again. New memory
 * for every copy is left to V8, which lets tens of MiB of it go by before it looks, and none of that is near the
 * processor any more: a copy that was put, peeked and dropped took 2 to 5 µs at 16 KiB, and 0.2 with what waits here; 6
 * µs at 64 KiB, and 0.6 (Node 24).
 *
 *   M1  what was lent goes back to its lender alone: a view that was kept for too long can neither show nor change the
 *       bytes of another pipe [P18]
 *   M2  nothing that waits here is in use
 *   M3  heldBytes = sum of capacities ≤ 1 MiB, in at most 64 pieces
 *
 * Only an exact match leaves, so that what other pipes did never changes the cost that a store reports [P18].
 */
export class SpareMemory {
  #spares: Spare[] = [];
  #heldBytes = 0;

  /** Bytes of memory that wait here. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Memory of exactly `capacity` bytes that `lender` left here, bytes of old included; `undefined`: none waits. */
  take(capacity: number, lender: object): Uint8Array | undefined {
    const at = this.#spares.findLastIndex(
      (spare) => spare.lender === lender && spare.bytes.length === capacity,
    );
    if (at === -1) return undefined;
    this.#heldBytes -= capacity;
    return this.#spares.splice(at, 1)[0]?.bytes;
  }

  /** Keeps `bytes` for `lender`, instead of what has waited longest. */
  keep(bytes: Uint8Array, lender: object): void {
    const capacity = bytes.length;
    if (capacity > MOST_KEPT_BYTES) return;
    this.#spares.push({ bytes, capacity, lender });
    this.#heldBytes += capacity;
    while (this.#heldBytes > MOST_HELD_BYTES || this.#spares.length > MOST_SPARES) {
      this.#heldBytes -= this.#spares.shift()?.capacity ?? 0;
    }
  }

  /** Lets go of all that waits for `lender`. */
  forget(lender: object): void {
    this.#spares = this.#spares.filter((spare) => spare.lender !== lender);
    this.#heldBytes = totalOf(this.#spares);
  }

  /** For tests: throws when M2 or M3 is broken, given the memory that stores use. */
  checkInvariants(...inUse: readonly Uint8Array[]): void {
    const buffers = [...inUse, ...this.#spares.map(({ bytes }) => bytes)].map(({ buffer }) => buffer);
    if (new Set(buffers).size < buffers.length) throw new Error('M2 is broken');
    const isBounded = this.#heldBytes <= MOST_HELD_BYTES && this.#spares.length <= MOST_SPARES;
    if (!isBounded || this.#heldBytes !== totalOf(this.#spares)) {
      throw new Error(`M3 is broken: ${this.#spares.length} pieces, ${this.#heldBytes} bytes wait`);
    }
  }
}

function totalOf(spares: readonly Spare[]): number {
  return spares.reduce((sum, { capacity }) => sum + capacity, 0);
}

/** The one that every store of this realm shares. */
export const spareMemory: SpareMemory = new SpareMemory();
