/** Smaller buffers cost less to allocate than to wipe and look up. */
const LEAST_KEPT_BYTES = 1024;

/** What a pipe grows to whose producer delivers 4 MiB at a time, and one doubling more. */
const MOST_KEPT_BYTES = 8 * 1024 * 1024;

/**
 * All that waits here, in one realm. A stream that grows to 4 MiB with each burst leaves 8 MiB on the way, and a process that
 * has stopped streaming holds no more than this.
 */
const MOST_HELD_BYTES = 16 * 1024 * 1024;

/**
 * Bounds the search. One stream that grows from 1 KiB to 4 MiB leaves thirteen, and one that is read by view while it is
 * written uses three or four in turn: with 32, sixteen such streams took new memory for each second move.
 */
const MOST_HELD_BUFFERS = 256;

/**
 * Capacities that may wait here come in four steps an octave (1024, 1280, 1536, 1792, 2048 …), so that chunks of
 * about the same size meet each other's memory. Larger ones are exact.
 */
function stepOf(bytes: number): number {
  return bytes > MOST_KEPT_BYTES ? 1 : 1 << Math.max(0, 29 - Math.clz32(bytes));
}

/** The least usual capacity that holds `bytes`: at most a quarter more. */
export function capacityAbove(bytes: number): number {
  return Math.ceil(bytes / stepOf(bytes)) * stepOf(bytes);
}

/** The greatest usual capacity within `bytes`: at most a fifth less, beyond the rounding to a whole byte. */
export function capacityWithin(bytes: number): number {
  return Math.floor(bytes / stepOf(bytes)) * stepOf(bytes);
}

interface Spare {
  readonly bytes: Uint8Array;
  /** What `bytes` held when they came: who kept a view may have transferred them since. */
  readonly capacity: number;
  /** The only store it may go back to; `null`: any. */
  readonly lender: object | null;
  /** A view of it is still out. */
  isOnLoan: boolean;
}

/**
 * Buffers between two uses. A store that runs empty may keep 16 KiB at most [S5], so a stream that fills and
 * drains 64 KiB over and over would allocate and free at every turn, and fresh memory is what copying really
 * costs: 64 writes of 1 KiB and one `takeInto` took 749 ns a write with it, and 97 ns with what waits here; 64 KiB
 * put, peeked and dropped took 10.7 µs, and 1.1 µs (Node 24.21, two shared cores). Bursts of 1 MiB read by view took 2.3 to 5 µs
 * for each 16 KiB while nothing over 128 KiB waited, and take 0.6.
 *
 *     oldest, first to go                newest, first to be used: most likely still in the cache
 *     ├─░░░─┼─░─┼─▓▓▓▓ of A ─┼─░─┼─▓▓ of B ─┤        ░ never lent, for any store    ▓ was lent, for its lender alone
 *
 *   M1  a buffer for any store was never lent. It is as its last owner left it: the next one wipes what it has not written
 *       over before it lends any of it, since a view shows the whole [S10]
 *   M2  a buffer that was ever lent goes back to its lender alone: a view that was kept for too long can neither
 *       show nor change the bytes of another pipe [P18]
 *   M3  nothing that waits here is in use; what was left while it was lent waits for the end of that loan before all else
 *   M4  heldBytes = sum of capacities ≤ 16 MiB, at most 256 buffers
 *   M5  lentBuffers = how many of them wait for a lender, loans = how many for the end of a loan too
 *
 * Only an exact match leaves, so that what other pipes did never changes the cost that a store reports [P18].
 */
export class SpareMemory {
  #spares: Spare[] = [];
  #heldBytes = 0;
  #lentBuffers = 0;
  #loans = 0;

  /** Bytes of memory that wait here. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Memory of exactly `capacity` bytes that was never lent and nobody holds, bytes of others included. */
  acquire(capacity: number): Uint8Array | undefined {
    return this.#remove(capacity, null);
  }

  /** Memory of exactly `capacity` bytes that `lender` gave back after it was lent, bytes of old included. */
  reacquireLent(capacity: number, lender: object): Uint8Array | undefined {
    return this.#lentBuffers === 0 ? undefined : this.#remove(capacity, lender);
  }

  /** Keeps memory of which no view was ever given away, for any store. */
  release(bytes: Uint8Array): void {
    if (isWorthKeeping(bytes)) this.#add(bytes, null, false);
  }

  /** Keeps memory of which views were given away, for `lender` alone; while one is out, from `endLoans` on. */
  releaseLent(bytes: Uint8Array, lender: object, isOnLoan: boolean): void {
    if (isWorthKeeping(bytes)) this.#add(bytes, lender, isOnLoan);
  }

  /**
   * All loans of `lender` are over. A producer that goes on while its first bytes are lent outgrows the memory they are in: 16 KiB
   * over a mark of 64 KiB, read by view, took 1 180 ns a chunk when that was lost, and take 650 (Node 24).
   */
  endLoans(lender: object): void {
    if (this.#loans === 0) return;
    for (const spare of this.#spares) {
      if (spare.lender !== lender || !spare.isOnLoan) continue;
      spare.isOnLoan = false;
      this.#loans -= 1;
    }
  }

  /** Lets go of all that waits for `lender`. As a rule nobody has lent, and to search even nothing took 8 of the 190 ns of a body (Node 24). */
  forget(lender: object): void {
    if (this.#lentBuffers === 0 || !this.#spares.some((spare) => spare.lender === lender)) return;
    this.#spares = this.#spares.filter((spare) => spare.lender !== lender);
    this.#heldBytes = totalOf(this.#spares);
    this.#lentBuffers = this.#spares.filter(isLent).length;
    this.#loans = this.#spares.filter(({ isOnLoan }) => isOnLoan).length;
  }

  /** For tests: throws when an invariant of the drawing is broken, given the memory that a store uses. */
  checkInvariants(inUse?: Uint8Array): void {
    const hold = (isKept: boolean, law: string): void => {
      if (!isKept)
        throw new Error(`${law} is broken: ${this.#spares.length} buffers, ${this.#heldBytes} bytes wait`);
    };
    for (const { bytes } of this.#spares) hold(bytes.buffer !== inUse?.buffer, 'M3');
    hold(this.#heldBytes === totalOf(this.#spares), 'M4');
    hold(this.#heldBytes <= MOST_HELD_BYTES && this.#spares.length <= MOST_HELD_BUFFERS, 'M4');
    hold(this.#lentBuffers === this.#spares.filter(isLent).length, 'M5');
    hold(this.#loans === this.#spares.filter(({ isOnLoan }) => isOnLoan).length, 'M5');
  }

  #add(bytes: Uint8Array, lender: object | null, isOnLoan: boolean): void {
    const spare: Spare = { bytes, capacity: bytes.length, lender, isOnLoan };
    this.#spares.push(spare);
    this.#count(spare, 1);
    while (this.#heldBytes > MOST_HELD_BYTES || this.#spares.length > MOST_HELD_BUFFERS) {
      this.#count(this.#spares.shift() as Spare, -1);
    }
  }

  #remove(capacity: number, lender: object | null): Uint8Array | undefined {
    const at = this.#spares.findLastIndex(
      (spare) => spare.bytes.length === capacity && spare.lender === lender && !spare.isOnLoan,
    );
    if (at === -1) return undefined;
    const spare = this.#spares.splice(at, 1)[0] as Spare;
    this.#count(spare, -1);
    return spare.bytes;
  }

  #count(spare: Spare, times: 1 | -1): void {
    this.#heldBytes += times * spare.capacity;
    if (isLent(spare)) this.#lentBuffers += times;
    if (spare.isOnLoan) this.#loans += times;
  }
}

function isLent({ lender }: Spare): boolean {
  return lender !== null;
}

function isWorthKeeping(bytes: Uint8Array): boolean {
  return bytes.length >= LEAST_KEPT_BYTES && bytes.length <= MOST_KEPT_BYTES;
}

function totalOf(spares: readonly Spare[]): number {
  return spares.reduce((sum, { capacity }) => sum + capacity, 0);
}

/** The one that every store of this realm shares. */
export const spareMemory: SpareMemory = new SpareMemory();
