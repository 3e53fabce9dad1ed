import { part } from './front-chunk.ts';
import type { SpillPiece } from './spill-piece.ts';

/**
 * The front of a store and of its spill in memory of its own, lent to a peek that wants more in one piece than lies there.
 *
 *     0        start                end          bytes.length
 *     ├── gone ──┤▓▓▓ as it waits ▓▓▓├──── room ────┤
 *
 *   I1  from start to end it equals the first that waits, up to behind `ofPiece` bytes of `piece`
 *   I2  it is only ever written behind end: a view of it stays as it is [S4]
 *   I3  no more than half of what was joined is gone
 *
 * It is joined anew when more than half is gone or there is no room, at least doubled then: to look further with each peek, or
 * as far while a little is consumed at a time, copies each byte a few times at most [S9].
 */
export class JoinedFront {
  readonly #bytes: Uint8Array;
  #start = 0;
  #end: number;
  #piece: SpillPiece;
  #ofPiece: number;

  /** @param end So many of `bytes` are there, up to behind `ofPiece` bytes of `piece`. */
  constructor(bytes: Uint8Array, end: number, piece: SpillPiece, ofPiece: number = 0) {
    this.#bytes = bytes;
    this.#end = end;
    this.#piece = piece;
    this.#ofPiece = ofPiece;
  }

  get memoryBytes(): number {
    return this.#bytes.length;
  }

  /** Its memory is there: a reader that was lent it may have transferred it, against the rules. */
  get isSound(): boolean {
    return this.#bytes.length >= this.#end;
  }

  /** The same, in memory that has room for `min` bytes in all. */
  withRoomFor(min: number): JoinedFront {
    if (this.#start + min <= this.#bytes.length) return this;
    const length = this.#end - this.#start;
    const bytes = new Uint8Array(Math.max(min, 2 * length));
    bytes.set(part(this.#bytes, this.#start, this.#end));
    return new JoinedFront(bytes, length, this.#piece, this.#ofPiece);
  }

  /** The piece to go on with, until `min` bytes are joined or there is none. */
  pieceUpTo(min: number): SpillPiece | null {
    if (this.#end - this.#start >= min) return null;
    if (this.#ofPiece < this.#piece.size) return this.#piece;
    const { next } = this.#piece;
    if (next === null) return null;
    this.#piece = next;
    this.#ofPiece = 0;
    return next;
  }

  /** Joins what there is room for of the piece to go on with. */
  append(): void {
    const count = Math.min(this.#piece.size - this.#ofPiece, this.#bytes.length - this.#end);
    this.#bytes.set(part(this.#piece.view(), this.#ofPiece, this.#ofPiece + count), this.#end);
    this.#end += count;
    this.#ofPiece += count;
  }

  view(): Uint8Array {
    return part(this.#bytes, this.#start, this.#end);
  }

  /** `count` bytes at the front are gone. Answers whether the rest is worth keeping [I3]. */
  leave(count: number): boolean {
    this.#start += count;
    return 2 * this.#start <= this.#end;
  }

  /** `count` of them were of `piece`. */
  leavePiece(piece: SpillPiece, count: number): void {
    if (piece === this.#piece) this.#ofPiece -= count;
  }
}
