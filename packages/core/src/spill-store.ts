import { isUnsteady } from './bytes-like.ts';
import { detachedError } from './errors.ts';
import { spillMemory, type SpillMemory } from './spill-memory.ts';
import type { ByteStore } from './strategy.ts';

/** A slab for gathered writes. One page: small beside S5's constant, large beside an object per write. */
const SLAB_BYTES = 4096;

/**
 * A fixed store with the bytes it had no room for: the tail of the last chunk, and whatever a producer that
 * ignores `pause` wrote after it. To the pipe it is a store that takes every byte.
 *
 *     front ◀── │ fixed store │ ◀── parts[first] parts[…] slab ◀── put
 *                                   └────── the spill ───────┘
 *
 *   I1  while the spill holds no more than fits into the fixed store, that is full: bytes move up as soon as there is room. A
 *       longer spill stays where it is, and is read out of there once the store is empty: to move 1 MiB up, 64 KiB at a
 *       time, took a copy of each byte and 16 steps for what is one
 *   I2  a part is memory the pipe owns, never empty, and shows at least half of what it pins when it comes
 *   I3  only the slab has unused room, and it is behind every part
 */
export class SpillStore implements ByteStore {
  readonly #store: ByteStore;
  #parts: Uint8Array[] = [];
  #first = 0;
  #slab: Uint8Array | null = null;
  #slabStart = 0;
  #slabEnd = 0;
  #spilled = 0;
  #pinned = 0;
  /** Store and spill joined for a peek; appended to in place as long as it has room [S4]. */
  #joined: Uint8Array | null = null;
  #joinedLength = 0;
  /** What the fixed store held when it took no more: all that fits. */
  #fullBytes = 0;
  readonly #memory: SpillMemory;

  constructor(store: ByteStore, memory: SpillMemory = spillMemory) {
    this.#store = store;
    this.#memory = memory;
  }

  get size(): number {
    return this.#store.size + this.#spilled;
  }

  get cost(): number {
    return this.#store.cost + this.#pinned + (this.#joined?.length ?? 0);
  }

  put(chunk: Uint8Array, owned: boolean): number {
    const taken = this.#spilled === 0 ? this.#store.put(chunk, owned) : 0;
    if (taken < chunk.length) this.#keep(taken === 0 ? chunk : chunk.subarray(taken), owned);
    return chunk.length;
  }

  peek(min: number = 1): Uint8Array {
    this.#requireSoundFront();
    if (min <= this.#store.size || this.#spilled === 0) return this.#store.peek(min);
    if (this.#store.size === 0) {
      const front = this.#front();
      if (min <= front.length) return front;
    }
    return this.#join(min);
  }

  take(max?: number): Uint8Array {
    this.#requireSoundFront();
    this.#joined = null;
    const bytes = this.#isReadHere ? this.#takeHere(max) : this.#store.take(max);
    this.#moveUp();
    return bytes;
  }

  takeInto(target: Uint8Array): number {
    this.#requireSoundFront();
    this.#joined = null;
    let filled = 0;
    while (filled < target.length) {
      const room = target.subarray(filled);
      const count = this.#isReadHere ? this.#copyHere(room) : this.#store.takeInto(room);
      if (count === 0) break;
      filled += count;
      this.#moveUp();
    }
    return filled;
  }

  drop(count: number): void {
    this.#joined = null;
    let left = count;
    while (left > 0 && this.size > 0) {
      this.#requireSoundFront();
      const isHere = this.#isReadHere;
      const step = Math.min(left, isHere ? this.#front().length : this.#store.size);
      if (isHere) this.#advance(step);
      else this.#store.drop(step);
      left -= step;
      this.#moveUp();
    }
  }

  clear(): void {
    this.#store.clear();
    this.#joined = null;
    this.#forgetSpill();
    this.#memory.forget(this);
  }

  /** What is next lies in the spill itself. */
  get #isReadHere(): boolean {
    return this.#spilled > 0 && this.#store.size === 0;
  }

  /** Memory that shows what is asked for and nothing else goes out as it is [S10]. */
  #takeHere(max: number = Infinity): Uint8Array {
    const front = this.#front();
    const isAlone = front.length <= max && front.length === front.buffer.byteLength;
    const bytes = isAlone ? front : new Uint8Array(front.subarray(0, max));
    if (isAlone && front.buffer === this.#slab?.buffer) this.#sealSlab();
    this.#advance(bytes.length);
    return bytes;
  }

  #copyHere(target: Uint8Array): number {
    const front = this.#front();
    const count = Math.min(front.length, target.length);
    if (count === 0) return 0;
    target.set(front.subarray(0, count));
    this.#advance(count);
    return count;
  }

  #forgetSpill(): void {
    const slab = this.#slab;
    if (slab !== null) this.#memory.keep(slab, this);
    this.#parts = [];
    this.#first = 0;
    this.#slab = null;
    this.#spilled = 0;
    this.#pinned = 0;
  }

  #keep(rest: Uint8Array, owned: boolean): void {
    const { buffer, length } = rest;
    if (this.#spilled === 0) this.#fullBytes = this.#store.size;
    this.#spilled += length;
    const mayStay = owned && length >= SLAB_BYTES && length * 2 >= buffer.byteLength && !isUnsteady(buffer);
    if (mayStay) {
      this.#sealSlab();
      this.#parts.push(rest);
      this.#pinned += buffer.byteLength;
    } else {
      this.#gather(rest);
    }
  }

  #gather(rest: Uint8Array): void {
    const room = this.#slab === null ? 0 : this.#slab.length - this.#slabEnd;
    const fits = Math.min(room, rest.length);
    this.#slab?.set(rest.subarray(0, fits), this.#slabEnd);
    this.#slabEnd += fits;
    if (fits === rest.length) return;
    this.#sealSlab();
    const bytes = Math.max(SLAB_BYTES, rest.length - fits);
    this.#slab = this.#memory.take(bytes, this) ?? new Uint8Array(bytes);
    this.#slab.set(rest.subarray(fits));
    this.#slabStart = 0;
    this.#slabEnd = rest.length - fits;
    this.#pinned += this.#slab.length;
  }

  /** Turns the slab into a part of exactly its bytes [I2, I3]. */
  #sealSlab(): void {
    const slab = this.#slab;
    if (slab === null) return;
    this.#slab = null;
    this.#pinned -= slab.length;
    if (this.#slabStart === this.#slabEnd) return;
    const isFull = this.#slabStart === 0 && this.#slabEnd === slab.length;
    const part = isFull ? slab : slab.slice(this.#slabStart, this.#slabEnd);
    this.#parts.push(part);
    this.#pinned += part.length;
  }

  /** Fills the fixed store from the spill, up to a part that is no longer sound [I1]. */
  #moveUp(): void {
    if (this.#spilled > this.#fullBytes) return;
    while (this.#spilled > 0) {
      const front = this.#front();
      // No store is shown memory that is gone: what it threw would take the bytes just removed along [S8].
      const moved = front.length === 0 ? 0 : this.#store.put(front, false);
      if (moved === 0) return;
      this.#advance(moved);
    }
    // A slab of the usual size stays for what comes next; one that was made for a large rest waits elsewhere [S5].
    if (this.#pinned > SLAB_BYTES) this.#forgetSpill();
  }

  /** The first bytes of the spill; empty when the chunk they came in was detached. */
  #front(): Uint8Array {
    return this.#parts[this.#first] ?? this.#slab?.subarray(this.#slabStart, this.#slabEnd) ?? emptyPart;
  }

  /** [S8] */
  #requireSoundFront(): void {
    if (this.#isReadHere && this.#front().length === 0) throw detachedError();
  }

  /** Takes `count` bytes off the front, within its memory. */
  #advance(count: number): void {
    this.#spilled -= count;
    const part = this.#parts[this.#first];
    if (part === undefined) {
      this.#slabStart += count;
      return;
    }
    if (count < part.length) {
      this.#parts[this.#first] = part.subarray(count);
      return;
    }
    this.#pinned -= part.buffer.byteLength;
    this.#parts[this.#first] = emptyPart;
    this.#first += 1;
    // Dropping the used half at once keeps the list short and the cost of doing so linear [S9].
    if (this.#first * 2 > this.#parts.length) {
      this.#parts.splice(0, this.#first);
      this.#first = 0;
    }
  }

  #join(min: number): Uint8Array {
    let joined = this.#joined;
    if (joined === null || joined.length < min) {
      // At least doubled, past what is there now: a peek at all of it after every put stays linear [S9].
      const grown = new Uint8Array(Math.max(min, 2 * (joined?.length ?? 0)));
      if (joined === null) {
        const front = this.#store.size === 0 ? emptyPart : this.#store.peek(this.#store.size);
        grown.set(front);
        this.#joinedLength = front.length;
      } else {
        grown.set(joined.subarray(0, this.#joinedLength));
      }
      this.#joined = joined = grown;
    }
    let skip = this.#joinedLength - this.#store.size;
    for (let index = this.#first; this.#joinedLength < min; index += 1) {
      const part = this.#parts[index] ?? this.#slab?.subarray(this.#slabStart, this.#slabEnd) ?? emptyPart;
      if (part.length === 0) throw detachedError();
      if (skip < part.length) {
        const bytes = part.subarray(skip, skip + joined.length - this.#joinedLength);
        joined.set(bytes, this.#joinedLength);
        this.#joinedLength += bytes.length;
      }
      skip = Math.max(0, skip - part.length);
    }
    return joined.subarray(0, this.#joinedLength);
  }
}

const emptyPart = new Uint8Array(0);
