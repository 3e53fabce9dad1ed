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
  /** The only spill it may go back to; `null`: any. */
  readonly owner: object | null;
}

/**
 * Memory that a spill copied into, and that was read, until as many bytes are copied again. Chunks of 1 MiB over a mark of 64 KiB
 * took 100 µs each with new memory, read into memory of one's own, and take 38; by view 80, and 18 (Node 24).
 *
 *   M1  what was lent goes back to the spill that lent it: a view that was kept for too long can neither show nor change the
 *       bytes of another pipe [P18]
 *   M2  what was not lent serves any spill, which writes over all of it [S10]. In bodies of 32 MiB, with new memory for each body,
 *       1 MiB took 60 µs, and 45 (Node 24)
 *   M3  heldBytes = sum of what waits ≤ 16 MiB, in at most 64 pieces; the oldest go first
 */
export class SpillMemory {
  #pieces: Piece[] = [];
  #heldBytes = 0;

  /** Bytes of memory that wait here. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Memory of exactly `bytes` that `owner` lent before, with bytes of old of its own. */
  takeOwn(bytes: number, owner: object): Uint8Array | undefined {
    return this.#take(bytes, owner);
  }

  /** Memory of exactly `bytes` that nobody was lent, with bytes of others: whoever takes it writes over all of it. */
  takeAny(bytes: number): Uint8Array | undefined {
    return this.#take(bytes, null);
  }

  /** @param owner Who may have it again; `null`: anybody, since it was never lent. */
  keep(memory: Uint8Array, owner: object | null): void {
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

  #take(bytes: number, owner: object | null): Uint8Array | undefined {
    if (bytes < LEAST_KEPT_BYTES) return undefined;
    const at = this.#pieces.findLastIndex((piece) => piece.memory.length === bytes && piece.owner === owner);
    if (at === -1) return undefined;
    const [piece] = this.#pieces.splice(at, 1) as [Piece];
    this.#heldBytes -= bytes;
    return piece.memory;
  }
}

/** The one that every pipe of this realm shares. */
export const spillMemory: SpillMemory = new SpillMemory();
