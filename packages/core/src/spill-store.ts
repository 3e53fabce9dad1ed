import { isUnsteady } from './bytes-like.ts';
import { describe, detachedError, PipeError } from './errors.ts';
import { isLong, isWorthKeeping } from './long-chunk.ts';
import { isMostlyGone, MOST_HIDDEN_BYTES, part } from './front-chunk.ts';
import { JoinedFront } from './joined-front.ts';
import type { PipeSetup } from './options.ts';
import { spillMemory, type SpillMemory } from './spill-memory.ts';
import { SpillPiece } from './spill-piece.ts';
import type { ByteStore } from './strategy.ts';

/** A slab for gathered writes. One page: small beside S5's constant, large beside an object per write. */
const SLAB_BYTES = 4096;

/** What is to be known of the store in front of a spill. */
export type SpillSetup = Pick<PipeSetup, 'isFixed' | 'storeTakes' | 'mayWaitBeside'>;

/** Whether a chunk goes past the store, which would copy it. */
export function goesPast({ storeTakes, mayWaitBeside }: SpillSetup, length: number, owned: boolean): boolean {
  return !storeTakes && isLong(length, owned) && mayWaitBeside;
}

/**
 * A store with the bytes that did not go through it: what a fixed one had no room for, long chunks, and whatever came behind
 * those. To the pipe it is a store that takes every byte.
 *
 *     front ◀── │ store │ ◀── │ piece │ ◀── │ piece │ ◀── │ slab ░░ │ ◀── put
 *                             └───────────── the spill ────────────┘
 *
 *   I1  while anything is spilled, nothing is put into the store; so what is in there is in front of the spill
 *   I2  no piece is empty, and only the last one has room
 *   I3  spilled and pinned are the sums over the pieces of their bytes and of the memory behind them
 *
 * What was spilled is read where it lies. It was moved up through the store once: that took a copy of each byte, and 16 steps for 1 MiB.
 */
export class SpillStore implements ByteStore {
  readonly #store: ByteStore;
  readonly #setup: SpillSetup;
  readonly #memory: SpillMemory;
  /** Stands for this spill where memory waits for it: one that is dropped without an end is not to stay there with all it holds. */
  readonly #owner = {};
  #front: SpillPiece | null = null;
  #back: SpillPiece | null = null;
  #spilled = 0;
  #pinned = 0;
  #joined: JoinedFront | null = null;

  constructor(store: ByteStore, setup: SpillSetup, memory: SpillMemory = spillMemory) {
    this.#store = store;
    this.#setup = setup;
    this.#memory = memory;
  }

  get size(): number {
    return this.#store.size + this.#spilled;
  }

  get cost(): number {
    return this.#store.cost + this.#pinned + (this.#joined?.memoryBytes ?? 0);
  }

  /** @throws PipeError `ERR_PIPE_STRATEGY` when a store that may not takes fewer bytes than it was given. */
  put(chunk: Uint8Array, owned: boolean): number {
    const { length } = chunk;
    const goesThrough = this.#front === null && !goesPast(this.#setup, length, owned);
    const taken = goesThrough ? this.#store.put(chunk, owned) : 0;
    if (taken === length) return length;
    if (goesThrough) requireShort(taken, length, this.#setup);
    this.spill(part(chunk, taken, length), owned);
    return length;
  }

  /** Keeps `chunk` behind the store, which is not asked for room. */
  spill(chunk: Uint8Array, owned: boolean): void {
    const { length } = chunk;
    const memoryBytes = owned && isWorthKeeping(length) ? this.#memoryToKeep(chunk, length) : 0;
    if (memoryBytes > 0) this.#push(SpillPiece.given(chunk, memoryBytes));
    else this.#gather(chunk, length);
    this.#spilled += length;
  }

  peek(min: number = 1): Uint8Array {
    const front = this.#front;
    if (front === null || min <= this.#store.size) return this.#store.peek(min);
    if (this.#store.size === 0) {
      requireSound(front);
      if (min <= front.size) return front.lend();
    }
    return this.#join(front, min);
  }

  take(max?: number): Uint8Array {
    this.#joined = null;
    const front = this.#front;
    if (front === null || this.#store.size > 0) return this.#store.take(max);
    requireSound(front);
    const isAll = max === undefined || max >= front.size;
    const given = isAll ? front.give() : null;
    const bytes = given ?? front.copy(Math.min(front.size, max ?? front.size));
    this.#advance(front, bytes.length, given !== null);
    return bytes;
  }

  takeInto(target: Uint8Array): number {
    this.#joined = null;
    const { length } = target;
    let filled = this.#store.size > 0 ? this.#store.takeInto(target) : 0;
    // A store that has not given all it could has more.
    if (this.#store.size > 0) return filled;
    for (let front = this.#front; front !== null && filled < length; front = this.#front) {
      if (filled > 0 && !front.isSound) break;
      requireSound(front);
      const count = Math.min(front.size, length - filled);
      front.copyTo(target, filled, count);
      this.#advance(front, count, false);
      filled += count;
    }
    return filled;
  }

  /** Bytes of a detached chunk are dropped like any other: who drops them has looked at them while they were there. */
  drop(count: number): void {
    // A pipe ends a loan by dropping what was used of it, which may be nothing: the rest serves the next peek.
    if (this.#joined?.leave(count) === false) this.#joined = null;
    const here = Math.min(count, this.#store.size);
    // Of nothing too, while it holds anything: that is how it learns that what it has lent is over.
    if (this.#store.size > 0) this.#store.drop(here);
    let left = count - here;
    for (let front = this.#front; front !== null && left > 0; front = this.#front) {
      const step = Math.min(left, front.size);
      this.#advance(front, step, false);
      left -= step;
    }
  }

  clear(): void {
    this.#store.clear();
    this.#joined = null;
    this.#front = null;
    this.#back = null;
    this.#spilled = 0;
    this.#pinned = 0;
    this.#memory.forget(this.#owner);
  }

  /** For tests: throws when I2 or I3 does not hold. */
  checkInvariants(): void {
    let [spilled, pinned] = [0, 0];
    let last: SpillPiece | null = null;
    for (let piece = this.#front; piece !== null; piece = piece.next) {
      if (piece.size <= 0 || (piece.next !== null && piece.isSound && piece.room > 0))
        throw new Error('I2 is broken');
      spilled += piece.size;
      pinned += piece.memoryBytes;
      last = piece;
    }
    if (spilled !== this.#spilled || pinned !== this.#pinned || last !== this.#back)
      throw new Error('I3 is broken');
  }

  /**
   * The bytes of memory behind a chunk that may wait as it is; 0: a copy is better. It shows more than half of that memory, so no two
   * that do so can lie in one [S3]; and all that is hidden behind those that wait is no more than the constant of S5.
   */
  #memoryToKeep(chunk: Uint8Array, length: number): number {
    const { buffer } = chunk;
    const { byteLength } = buffer;
    const hidden = byteLength - length;
    // One that hides nothing never is, however much of the front piece is gone already.
    const isWaste =
      hidden >= length || (hidden > 0 && this.#pinned - this.#spilled + hidden > MOST_HIDDEN_BYTES);
    return isWaste || isUnsteady(buffer) ? 0 : byteLength;
  }

  /** Copies `chunk` into the room at the back, and what does not fit into a slab of its own; a long one is not divided. */
  #gather(chunk: Uint8Array, length: number): void {
    const back = this.#back;
    const fits = back === null || length > SLAB_BYTES ? 0 : Math.min(back.room, length);
    const rest = length - fits;
    // All that may fail comes first.
    const slab = rest > 0 ? this.#slabFor(rest) : null;
    if (fits > 0) back?.append(chunk, 0, fits);
    if (slab === null) return;
    slab.append(chunk, fits, length);
    this.#push(slab);
  }

  /** A short write behind a long chunk gets no room: the next one may be long too, and a slab would hardly be used. */
  #slabFor(bytes: number): SpillPiece {
    const back = this.#back;
    const isAlone = back !== null && back.isGiven;
    const capacity = isAlone ? bytes : Math.max(SLAB_BYTES, bytes);
    const own = this.#memory.takeOwn(capacity, this.#owner);
    // What others have left in it may be neither read nor lent, so it has to be full.
    const any = own === undefined && capacity === bytes ? this.#memory.takeAny(capacity) : undefined;
    return SpillPiece.made(own ?? any ?? new Uint8Array(capacity), own !== undefined);
  }

  #push(piece: SpillPiece): void {
    const back = this.#back;
    if (back === null) this.#front = piece;
    else {
      if (back.room > 0) this.#pinned += back.shrinkToFit();
      back.next = piece;
    }
    this.#back = piece;
    this.#pinned += piece.memoryBytes;
  }

  /** Takes `count` bytes off the front piece, which ends every loan; with its memory when that was given away. */
  #advance(front: SpillPiece, count: number, wasGiven: boolean): void {
    this.#spilled -= count;
    this.#joined?.leavePiece(front, count);
    if (count < front.size) {
      front.skip(count);
      if (front.isSound && isMostlyGone(front.memoryBytes, front.size)) this.#pinned += front.shrinkToFit();
      return;
    }
    this.#pinned -= front.memoryBytes;
    this.#front = front.next;
    if (front.next === null) this.#back = null;
    // An old piece must not keep a younger one from being collected cheaply.
    front.next = null;
    if (!wasGiven && !front.isGiven) this.#memory.keep(front.memory, front.mayBeSeen ? this.#owner : null);
  }

  #join(front: SpillPiece, min: number): Uint8Array {
    const before = this.#joined?.isSound === true ? this.#joined : null;
    const joined = before === null ? this.#joinStore(front, min) : before.withRoomFor(min);
    this.#joined = joined;
    for (let piece = joined.pieceUpTo(min); piece !== null; piece = joined.pieceUpTo(min)) {
      requireSound(piece);
      joined.append();
    }
    return joined.view();
  }

  #joinStore(front: SpillPiece, min: number): JoinedFront {
    const bytes = new Uint8Array(min);
    const { size } = this.#store;
    if (size > 0) {
      const lent = this.#store.peek(size);
      // What it did not lend would be zeros.
      if (lent.length < size) throw lentTooFew(lent.length, size);
      bytes.set(lent);
    }
    return new JoinedFront(bytes, size, front);
  }
}

/** @throws PipeError `ERR_PIPE_STRATEGY` when a store took `taken` of `length` bytes, and may not. */
export function requireShort(taken: number, length: number, { isFixed }: SpillSetup): void {
  if (isFixed && taken >= 0 && taken < length) return;
  const message = `The store took ${describe(taken)} of ${length} bytes; only a fixed store may take fewer`;
  throw new PipeError('ERR_PIPE_STRATEGY', message, { value: taken, limit: length });
}

function lentTooFew(lent: number, size: number): PipeError {
  const message = `The store lent ${lent} bytes when all of its ${size} were asked for`;
  return new PipeError('ERR_PIPE_STRATEGY', message, { value: lent, limit: size });
}

/** [S8] */
function requireSound(piece: SpillPiece): void {
  if (!piece.isSound) throw detachedError();
}
