/** Less is made anew in less time than looking for it takes. */
const LEAST_KEPT_BYTES = 4096;

/** What waits in one realm, for all spills of it. */
const MOST_HELD_BYTES = 16 * 1024 * 1024;

/** Bounds the search, and what is remembered of pipes that were dropped without an end. */
const MOST_PIECES = 64;

interface Piece {
  readonly memory: Uint8Array;
  /** What `memory` held when it came: who kept a view may have transferred it since. */
  readonly bytes: number;
  readonly owner: object;
}

/**
 * Memory that a spill copied a long rest into, and that was read, until the same spill copies as long a rest again. Chunks of 1 MiB
 * over a mark of 64 KiB took 100 µs each with new memory, read into memory of one's own, and take 38; by view 80, and 18 (Node 24).
 *
 *   M1  what was a spill's goes back to that spill alone: a view that was kept for too long can neither show nor change the bytes
 *       of another pipe [P18]
 *   M2  heldBytes = sum of what waits ≤ 16 MiB, in at most 64 pieces; the oldest go first
 */
export class SpillMemory {
  #pieces: Piece[] = [];
  #heldBytes = 0;

  /** Bytes of memory that wait here. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Memory of exactly `bytes`, with bytes of old of the same owner. */
  take(bytes: number, owner: object): Uint8Array | undefined {
    if (bytes < LEAST_KEPT_BYTES) return undefined;
    const at = this.#pieces.findLastIndex((piece) => piece.memory.length === bytes && piece.owner === owner);
    if (at === -1) return undefined;
    const [piece] = this.#pieces.splice(at, 1) as [Piece];
    this.#heldBytes -= bytes;
    return piece.memory;
  }

  keep(memory: Uint8Array, owner: object): void {
    const bytes = memory.length;
    if (bytes < LEAST_KEPT_BYTES || bytes > MOST_HELD_BYTES) return;
    this.#pieces.push({ memory, bytes, owner });
    this.#heldBytes += bytes;
    while (this.#heldBytes > MOST_HELD_BYTES || this.#pieces.length > MOST_PIECES)
      this.#heldBytes -= (this.#pieces.shift() as Piece).bytes;
  }

  /** Lets go of all that waits for `owner`. */
  forget(owner: object): void {
    if (!this.#pieces.some((piece) => piece.owner === owner)) return;
    this.#pieces = this.#pieces.filter((piece) => piece.owner !== owner);
    this.#heldBytes = this.#pieces.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}

/** The one that every pipe of this realm shares. */
export const spillMemory: SpillMemory = new SpillMemory();
