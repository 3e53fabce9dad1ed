/**
 * A buffer strategy whose store is a singly linked list of 4 KiB slabs.
 *
 * `put` always copies into slabs, `take` always copies out, so memory is shared with nobody, except as the view
 * that `peek` lends. The memory of a store that was partly read:
 *
 *       head                                                    tail
 *        │                                                       │
 *        ▼                                                       ▼
 *     ┌──────────────┐      ┌──────────────┐      ┌──────────────┐
 *     │░░░░░░████████│ next │██████████████│ next │█████·········│ next
 *     │░░░░░░████████│─────▶│██████████████│─────▶│█████·········│─────▶ undefined
 *     └──────────────┘      └──────────────┘      └──────────────┘
 *           ▲       ▲                                   ▲
 *         start    end                                 end
 *
 *     ░ read already    █ readable    · room
 *
 * `peek(min)` may need bytes of several slabs in one piece. It then gathers them into one new slab at the front, which
 * is wider than 4 KiB if `min` asks for it. The slab it stopped in keeps its other bytes, behind a gap at its start:
 *
 *     ┌────────────────────────────────┐      ┌──────────────┐      ┌──────────────┐
 *     │████████████████████████████████│─────▶│░░░░██████████│─────▶│█████·········│─────▶ undefined
 *     └────────────────────────────────┘      └──────────────┘      └──────────────┘
 *
 * What was lent before stays as it is: the old slabs leave the list, and nobody writes to them again. A gathered slab
 * has an eighth of spare width, so that asking for a little more each time does not copy everything each time. It is
 * narrowed to what is left in it, by copying, when less than four fifths of it are readable.
 *
 * Invariants, between calls (see `checkInvariants`):
 *
 *  1. `size` is the number of readable bytes of all slabs, `cost` the number of bytes of their memory.
 *  2. An empty store has no slab; no slab of the list is empty.
 *  3. `tail` is the last slab that can be reached from `head`.
 *  4. Only the last slab has room: every other one is filled to its end.
 *  5. Only the first two slabs have a gap at their start.
 *  6. Only the first slab may be wider than 4 KiB, and then `width ≤ AMPLIFICATION × readable`.
 *
 * Hence the amplification. The first slab costs at most 5/4 of its bytes, or is no wider than 4 KiB; the gap of the
 * second and the room of the last are under 4 KiB each: `cost ≤ 5/4 × size + 12 KiB`.
 */
import type { BufferStrategy, ByteStore } from '@millrace/core';

/** The width of a slab, in bytes. */
const SLAB_BYTES = 4096;

/** A gathered slab is narrowed when it is wider than this many times its readable bytes. */
const AMPLIFICATION = 5 / 4;

/** How wide a gathered slab is for the bytes that were asked for. Between 1 and `AMPLIFICATION`. */
const GATHER_FACTOR = 9 / 8;

/** A piece of memory, filled from its start to its end, once, and read in the same order. */
class Slab {
  readonly #memory: Uint8Array;
  #start = 0;
  #end = 0;
  next: Slab | undefined = undefined;

  constructor(width: number) {
    this.#memory = new Uint8Array(width);
  }

  get width(): number {
    return this.#memory.length;
  }

  /** Bytes at the start that were read already. */
  get gap(): number {
    return this.#start;
  }

  get readable(): number {
    return this.#end - this.#start;
  }

  /** Bytes at the end that can still be filled. */
  get room(): number {
    return this.width - this.#end;
  }

  /** A view of at most `max` readable bytes: not a copy. */
  view(max = this.readable): Uint8Array {
    return this.#memory.subarray(this.#start, this.#start + Math.min(max, this.readable));
  }

  /** Copies in as many bytes of `source`, from `offset` on, as there is room for; how many. */
  fill(source: Uint8Array, offset = 0): number {
    const part = source.subarray(offset, offset + this.room);
    this.#memory.set(part, this.#end);
    this.#end += part.length;
    return part.length;
  }

  /** Forgets at most `max` readable bytes; how many. */
  skip(max: number): number {
    const count = Math.min(max, this.readable);
    this.#start += count;
    return count;
  }
}

/** The store: see the drawing at the top of this file. */
export class LinkedSlabStore implements ByteStore {
  #head: Slab | undefined = undefined;
  #tail: Slab | undefined = undefined;
  #size = 0;
  #cost = 0;

  get size(): number {
    return this.#size;
  }

  get cost(): number {
    return this.#cost;
  }

  /** Copies the chunk, whoever owns it: it makes no difference here. */
  put(chunk: Uint8Array, _owned: boolean): number {
    const count = chunk.length;
    let copied = 0;
    while (copied < count) copied += this.#slabWithRoom().fill(chunk, copied);
    this.#size += count;
    return count;
  }

  /** Lends what is readable in the first slab, which is replaced by a wider one if that is too little. */
  peek(min = 1): Uint8Array {
    if (this.#head === undefined) return new Uint8Array(0);
    const needed = Math.min(min, this.#size);
    if (this.#head.readable >= needed) return this.#head.view();
    return this.#gather(Math.max(SLAB_BYTES, Math.floor(needed * GATHER_FACTOR))).view();
  }

  /** All there is, or `max` bytes of it, in fresh memory of just that length. */
  take(max = this.#size): Uint8Array {
    const result = new Uint8Array(Math.min(max, this.#size));
    this.takeInto(result);
    return result;
  }

  takeInto(target: Uint8Array): number {
    const count = Math.min(target.length, this.#size);
    let copied = 0;
    for (let slab = this.#head; slab !== undefined && copied < count; slab = slab.next) {
      const part = slab.view(count - copied);
      target.set(part, copied);
      copied += part.length;
    }
    this.drop(count);
    return count;
  }

  drop(count: number): void {
    let left = Math.min(count, this.#size);
    this.#size -= left;
    while (this.#head !== undefined && left > 0) {
      left -= this.#head.skip(left);
      if (this.#head.readable === 0) this.#removeHead();
    }
    this.#narrowHead();
  }

  clear(): void {
    this.#head = undefined;
    this.#tail = undefined;
    this.#size = 0;
    this.#cost = 0;
  }

  /** Throws if one of the invariants at the top of this file does not hold. For tests: it walks the whole list. */
  checkInvariants(): void {
    let size = 0;
    let cost = 0;
    let index = 0;
    let last: Slab | undefined;
    for (let slab = this.#head; slab !== undefined; slab = slab.next) {
      check(slab.readable > 0, `slab ${index} is empty`);
      check(slab.room === 0 || slab.next === undefined, `slab ${index} has room and is not the last`);
      check(slab.gap === 0 || index < 2, `slab ${index} has a gap`);
      check(slab.width <= SLAB_BYTES || index === 0, `slab ${index} is too wide`);
      check(!isTooWide(slab), `slab ${index} is too wide for ${slab.readable} bytes`);
      size += slab.readable;
      cost += slab.width;
      index += 1;
      last = slab;
    }
    check(this.#tail === last, 'the tail is not the last slab');
    check(this.#size === size, `size is ${this.#size}, the slabs have ${size}`);
    check(this.#cost === cost, `cost is ${this.#cost}, the slabs have ${cost}`);
  }

  /** The last slab, or a new one behind it if that is full. */
  #slabWithRoom(): Slab {
    if (this.#tail !== undefined && this.#tail.room > 0) return this.#tail;
    const slab = this.#allocate(SLAB_BYTES);
    if (this.#tail === undefined) this.#head = slab;
    else this.#tail.next = slab;
    this.#tail = slab;
    return slab;
  }

  /** Moves bytes from the front into a new first slab, until that is full or none are left. Old memory is only read. */
  #gather(width: number): Slab {
    const slab = this.#allocate(width);
    while (this.#head !== undefined && slab.room > 0) {
      this.#head.skip(slab.fill(this.#head.view()));
      if (this.#head.readable === 0) this.#removeHead();
    }
    slab.next = this.#head;
    this.#head = slab;
    this.#tail ??= slab;
    return slab;
  }

  /** Gives back the memory of a gathered slab that was read in good part. */
  #narrowHead(): void {
    if (this.#head !== undefined && isTooWide(this.#head)) this.#gather(this.#head.readable);
  }

  #allocate(width: number): Slab {
    const slab = new Slab(width);
    this.#cost += width;
    return slab;
  }

  #removeHead(): void {
    const slab = this.#head!;
    this.#cost -= slab.width;
    this.#head = slab.next;
    if (this.#head === undefined) this.#tail = undefined;
  }
}

function isTooWide(slab: Slab): boolean {
  return slab.width > SLAB_BYTES && slab.width > AMPLIFICATION * slab.readable;
}

function check(holds: boolean, message: string): void {
  if (!holds) throw new Error(`LinkedSlabStore: ${message}`);
}

export default {
  name: 'linked-slab-store',
  contract: 1,
  traits: { put: 'copies', take: 'copies', fixed: false, amplification: AMPLIFICATION },
  createStore: () => new LinkedSlabStore(),
} satisfies BufferStrategy;
