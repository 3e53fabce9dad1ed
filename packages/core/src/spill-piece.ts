import { part } from './front-chunk.ts';

/**
 * A stretch of what a store was passed by: bytes that wait, and a link to those behind.
 *
 *     0         start            end        bytes.length
 *     ├── gone ──┤▓▓▓ waiting ▓▓▓├── room ────┤
 *
 *   I1  0 ≤ start ≤ end ≤ bytes.length, for as long as the memory is sound
 *   I2  given memory is never written and has no room
 *   I3  own memory is all of its buffer, and is only ever written behind `end`: a view of what waits stays as it is [S4]
 *   I4  memoryBytes is the length of the buffer as it was when the piece came by it
 */
export class SpillPiece {
  next: SpillPiece | null = null;
  #bytes: Uint8Array;
  #start = 0;
  #end: number;
  #memoryBytes: number;
  #isGiven: boolean;
  #mayBeSeen = false;

  private constructor(bytes: Uint8Array, end: number, memoryBytes: number, isGiven: boolean) {
    this.#bytes = bytes;
    this.#end = end;
    this.#memoryBytes = memoryBytes;
    this.#isGiven = isGiven;
  }

  /** @param memoryBytes The length of the buffer behind `chunk`; to ask for it takes 12 ns, so it is asked once. */
  static given(chunk: Uint8Array, memoryBytes: number): SpillPiece {
    return new SpillPiece(chunk, chunk.length, memoryBytes, true);
  }

  /** Nothing yet in `memory`, which is whole and nobody else's. @param mayBeSeen Somebody may have kept a view of it for too long. */
  static made(memory: Uint8Array, mayBeSeen: boolean): SpillPiece {
    const piece = new SpillPiece(memory, 0, memory.length, false);
    piece.#mayBeSeen = mayBeSeen;
    return piece;
  }

  get size(): number {
    return this.#end - this.#start;
  }

  get room(): number {
    return this.#isGiven ? 0 : Math.max(0, this.#bytes.length - this.#end);
  }

  get memoryBytes(): number {
    return this.#memoryBytes;
  }

  get isGiven(): boolean {
    return this.#isGiven;
  }

  /** Its memory cannot change its size, so it has all its bytes or, when it was transferred away, none [S8]. */
  get isSound(): boolean {
    return this.#bytes.length >= this.#end;
  }

  get memory(): Uint8Array {
    return this.#bytes;
  }

  /** What waits, to be looked at by the pipe alone. */
  view(): Uint8Array {
    return part(this.#bytes, this.#start, this.#end);
  }

  /** What waits, to be looked at by others. */
  lend(): Uint8Array {
    this.#mayBeSeen = true;
    return this.view();
  }

  /** It was lent, now or before it was this piece's, and its borrower may have kept the view. */
  get mayBeSeen(): boolean {
    return this.#mayBeSeen;
  }

  /** What waits, with its memory, which the piece must not be asked for again; `null`: only as a copy [S10]. */
  give(): Uint8Array | null {
    return this.#start === 0 && this.#end === this.#bytes.length ? this.#bytes : null;
  }

  /** The first `count` bytes, in memory of their own. */
  copy(count: number): Uint8Array {
    return new Uint8Array(part(this.#bytes, this.#start, this.#start + count));
  }

  copyTo(target: Uint8Array, at: number, count: number): void {
    target.set(part(this.#bytes, this.#start, this.#start + count), at);
  }

  /** Copies bytes `from` to `to` of `chunk` in behind what waits. There must be room. */
  append(chunk: Uint8Array, from: number, to: number): void {
    this.#bytes.set(part(chunk, from, to), this.#end);
    this.#end += to - from;
  }

  /** Lets the first `count` bytes go; fewer than wait. */
  skip(count: number): void {
    this.#start += count;
  }

  /** Goes on in memory of exactly what waits. Answers how much more that is: less than none, as a rule. */
  shrinkToFit(): number {
    const before = this.#memoryBytes;
    this.#bytes = this.copy(this.size);
    this.#start = 0;
    this.#end = this.#bytes.length;
    this.#memoryBytes = this.#end;
    this.#isGiven = false;
    this.#mayBeSeen = false;
    return this.#end - before;
  }
}
