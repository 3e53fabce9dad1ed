import { waitingMemory, type WaitingMemory } from './waiting-memory.ts';

/** The longest copies whose memory waits. 1 MiB that was put, peeked and dropped took 240 to 730 µs with new memory, and takes 33. */
const MOST_KEPT_BYTES = 1024 * 1024;

/** What waits for one store: a burst of 64 chunks of 64 KiB, and never more than it had in line. */
const MOST_HELD_BYTES = 4 * 1024 * 1024;

/** Bounds the search. */
const MOST_PIECES = 64;

/** Capacities are rounded up, so that copies of about the same size meet each other's memory: long ones to this, … */
const STEP_BYTES = 4096;

/** … and short ones to a power of two. Shorter ones than this cost less to make than to look up. */
export const LEAST_REUSED_BYTES: number = 256;

/** The capacity for a copy of `count` bytes that may wait here: less than twice as much, or `count` where none may. */
export function usualCapacity(count: number): number {
  if (count <= LEAST_REUSED_BYTES / 2 || count > MOST_KEPT_BYTES) return count;
  if (count > STEP_BYTES) return Math.ceil(count / STEP_BYTES) * STEP_BYTES;
  return 1 << (32 - Math.clz32(count - 1));
}

interface Piece {
  readonly bytes: Uint8Array;
  /** What `bytes` held when they came: who kept a view may have transferred them since. */
  readonly capacity: number;
  /** What came before it. */
  below: Piece | null;
}

/**
 * Memory that a store copied into, and whose bytes have left without it, until that store copies again. New memory
 * for every copy is left to V8, which lets tens of MiB of it go by before it looks, and none of that is near the
 * processor any more: a copy that was put, peeked and dropped took 2 to 5 µs at 16 KiB, and 0.2 with what waits here; 6
 * µs at 64 KiB, and 0.6 (Node 24).
 *
 *   M1  what a store has lent goes back to that store alone: a view that was kept for too long can neither show nor
 *       change the bytes of another pipe [P18]
 *   M2  nothing that waits here is in use
 *   M3  heldBytes = sum of capacities ≤ 4 MiB, in at most 64 pieces
 *   M4  whatever holds something is among those of its realm (waiting-memory.ts)
 *
 * Only an exact match leaves, so that what other pipes did never changes the cost that a store reports [P18].
 */
export class SpareMemory {
  /** The most unused bytes of a slab of its store, which has one field for both. */
  readonly mostRoomBytes: number;
  /** Its store makes copies of usual capacities, so that more of them meet what waits. */
  roundsUp = false;
  readonly #realm: WaitingMemory;
  /** What came last. Links, since an array that is empty in between is made anew each time: 100 bytes a chunk. */
  #top: Piece | null = null;
  #count = 0;
  #heldBytes = 0;
  /** Among those of its realm. It stays when it is empty: to come and go at every copy took 200 of 500 ns. */
  #isWaiting = false;

  constructor(mostRoomBytes: number, realm: WaitingMemory = waitingMemory) {
    this.mostRoomBytes = mostRoomBytes;
    this.#realm = realm;
  }

  /** Bytes of memory that wait here. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Memory of exactly `capacity` bytes, bytes of old included; `undefined`: none waits. */
  take(capacity: number): Uint8Array | undefined {
    let above: Piece | null = null;
    for (let piece = this.#top; piece !== null; piece = piece.below) {
      if (piece.bytes.length === capacity) return this.#remove(piece, above);
      above = piece;
    }
    return undefined;
  }

  /**
   * Keeps `bytes`, instead of what has waited longest, when they are of a usual capacity: any other would hardly ever be
   * asked for again. The first piece of each of 1 000 slow bodies was one, 16 MiB that waited for nothing.
   */
  keep(bytes: Uint8Array): void {
    const capacity = bytes.length;
    if (capacity > MOST_KEPT_BYTES || usualCapacity(capacity) !== capacity) return;
    if (!this.#isWaiting) this.#realm.add(this);
    this.#isWaiting = true;
    this.#top = { bytes, capacity, below: this.#top };
    this.#count += 1;
    this.#hold(capacity);
    while (this.#heldBytes > MOST_HELD_BYTES || this.#count > MOST_PIECES) this.#dropOldest();
  }

  /** Lets go of all that waits. */
  forget(): void {
    this.#top = null;
    this.#count = 0;
    this.#hold(-this.#heldBytes);
    this.#realm.remove(this);
    this.#isWaiting = false;
  }

  /** For tests: throws when M2 or M3 is broken, given the memory that stores use. */
  checkInvariants(...inUse: readonly Uint8Array[]): void {
    const pieces: Piece[] = [];
    for (let piece = this.#top; piece !== null; piece = piece.below) pieces.push(piece);
    const buffers = [...inUse, ...pieces.map(({ bytes }) => bytes)].map(({ buffer }) => buffer);
    if (new Set(buffers).size < buffers.length) throw new Error('M2 is broken');
    const isBounded = this.#heldBytes <= MOST_HELD_BYTES && this.#count <= MOST_PIECES;
    const total = pieces.reduce((sum, { capacity }) => sum + capacity, 0);
    if (!isBounded || this.#count !== pieces.length || this.#heldBytes !== total) {
      throw new Error(
        `M3 is broken: ${this.#count} of ${pieces.length} pieces, ${this.#heldBytes} bytes wait`,
      );
    }
  }

  #remove(piece: Piece, above: Piece | null): Uint8Array {
    if (above === null) this.#top = piece.below;
    else above.below = piece.below;
    this.#count -= 1;
    this.#hold(-piece.capacity);
    return piece.bytes;
  }

  #dropOldest(): void {
    let above: Piece | null = null;
    for (let piece = this.#top; piece !== null; piece = piece.below) {
      if (piece.below === null) this.#remove(piece, above);
      above = piece;
    }
  }

  /** So many bytes more. */
  #hold(bytes: number): void {
    this.#heldBytes += bytes;
    this.#realm.count(bytes);
  }
}
