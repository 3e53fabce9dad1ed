import type { ByteStore, PipeErrorCode, StoreOptions } from '@millrace/core';
import { Segment } from './segment.ts';
import { LEAST_REUSED_BYTES, SpareMemory, usualCapacity } from './spare-memory.ts';

/** `cost ≤ AMPLIFICATION × size + 16 KiB`: the trait. A view that is kept shows more than half of its memory. */
export const AMPLIFICATION = 2;

/**
 * From here on a given chunk is worth objects of its own; an array and what belongs to it weigh half as much. So a
 * view must show that half beyond half of its memory, or what it pins would be more than twice what it shows.
 */
const LEAST_KEPT_BYTES = 1024;

/** Up to here V8 keeps the bytes inside the array, and asking it for its `buffer` costs 0.6 µs; a copy, 0.03. */
const MOST_INLINE_BYTES = 64;

/** Copies from here on get memory of their own; at 2 KiB sharing a slab takes half the time, at 4 KiB the same. */
const LEAST_UNGATHERED_BYTES = 4096;

/** The first slab of a run of small writes; each is twice as large as the one before. */
const LEAST_SLAB_BYTES = 1024;

/** Copies of 1 and 2 KiB take a fifth less time with slabs of 8 KiB than of 4, and no less with 16. */
const MOST_SLAB_BYTES = 8192;

/** What a segment that is being used up may pin beyond twice the rest of it, so that short ones are not moved. */
const SLACK_BYTES = 4096;

/**
 * Segments in a line, each with memory of its own. Nothing is shared: what is handed out leaves with its memory, and
 * what was only lent or copied out of stays behind for the store's next copies (spare-memory.ts).
 *
 *     front                                                      back
 *     ┌────────────┐    ┌───────────────┐    ┌──────────────┐    ┌────────────────┐
 *     │ ·· ▓▓▓▓▓▓▓ │ ─▶ │ ▓▓▓▓▓▓▓▓▓▓▓▓▓ │ ─▶ │ ▓▓▓▓▓▓▓▓▓▓▓▓ │ ─▶ │ ▓▓▓▓▓░░░░░░░░░ │ ◀── put
 *     └────────────┘    └───────────────┘    └──────────────┘    └────────────────┘
 *      in use: part       given: the chunk     full slab           slab: small writes
 *      of it is gone      as it was put                            are gathered here
 *
 *   Q1  links lead from front to back and end there; an empty store has neither, and its size and cost are 0 [S6]
 *   Q2  size and cost are the sums over the segments; a chunk that was detached counts as before until it leaves
 *   Q3  no two segments share memory: a kept view shows more than half of its buffer, so no second view of it that
 *       shows other bytes can be kept [S3]
 *   Q4  only the first two may have lost bytes: the first to a reader, the second to a peek that joined it in part
 *   Q5  a segment holds at most twice its size in memory; those of Q4 4 KiB more, the back one 8 KiB more. Hence
 *       cost ≤ 2 × size + 16 KiB [S5]
 *
 * Work is O(n + m) [S9]. A byte is copied on its way in once at most, and once more when its slab is left less than
 * half full; on its way out, when it leaves as a part or with part of a slab. Memory that was joined is left only
 * after a quarter of its bytes went or half as many came, and a given chunk is left once.
 *
 * Links rather than a ring of slots: a segment remembers what a detached chunk has forgotten, so it is there anyhow,
 * and a line has nothing to grow or to give back after a burst. A put and a take of 1 KiB took 30 ns together, as
 * with a bare ring, and half of what a ring of such objects took with 1024 chunks in line (Node 24).
 *
 * Arguments are checked by the pipe. A count out of range is taken as the nearest one in range, so that a caller
 * without a pipe can break nothing.
 */
export class ChunkQueueStore implements ByteStore {
  /**
   * The most unused bytes of a slab; or, once memory waits for the next copies, that memory. One field for both, since every
   * idle pipe has it: with two it weighed 280.2 bytes, and 280 are allowed.
   */
  #room: number | SpareMemory;
  #front: Segment | null = null;
  #back: Segment | null = null;
  #size = 0;
  #cost = 0;

  /**
   * @param options `capacityBytes`: the high-water mark of the pipe. A slab stays within half of it, or within what is
   *   in line already, so that unused room alone never pauses a pipe with a small mark. It reserves nothing.
   * @throws RangeError `ERR_PIPE_ARGUMENT` when `capacityBytes` is not a finite number of at least 0.
   */
  constructor(options: StoreOptions = {}) {
    const { capacityBytes = 2 * MOST_SLAB_BYTES } = options;
    // The error is made elsewhere: with its text in here V8 did not inline this, which was a thirtieth of a body of one chunk.
    if (!(Number.isFinite(capacityBytes) && capacityBytes >= 0)) throw capacityError(capacityBytes);
    this.#room = Math.min(MOST_SLAB_BYTES, Math.floor(capacityBytes / 2));
  }

  get size(): number {
    return this.#size;
  }

  get cost(): number {
    return this.#cost;
  }

  /**
   * Keeps a given chunk as it is where that pins little more than it shows; copies any other. Short copies share a
   * slab, unless the chunk in front of them is long: then the first one stands alone, in case the next is long too.
   */
  put(chunk: Uint8Array, owned: boolean): number {
    const { length } = chunk;
    if (length === 0) return 0;
    const kept = owned ? this.memoryToKeep(chunk, length) : 0;
    if (kept > 0) this.push(Segment.given(chunk, kept));
    else if (length < LEAST_UNGATHERED_BYTES) this.gather(chunk, length);
    else this.push(this.copied(chunk, 0, length));
    this.#size += length;
    return length;
  }

  /**
   * Lends the first segment. When `min` reaches past it, joins as many bytes as `min` asks for, once. When it reaches
   * a detached chunk, joins the bytes in front of that one, and throws: `peek()` lends them.
   *
   * @throws Error `ERR_PIPE_DETACHED`
   */
  peek(min = 1): Uint8Array {
    const front = this.#front;
    if (front === null) return new Uint8Array(0);
    requireSound(front);
    const count = this.clamp(min);
    if (count > front.size) this.join(front, count);
    return front.view();
  }

  /**
   * Gives the first segment away. A part of it leaves as a copy, because the rest stays [S3]; the last part of a
   * given chunk leaves as a view, as long as it is more than half of the memory behind it [S10].
   *
   * @throws Error `ERR_PIPE_DETACHED`
   */
  take(max: number = this.#size): Uint8Array {
    const front = this.#front;
    if (front === null) return new Uint8Array(0);
    const { size } = front;
    // Asked so that what is no number takes nothing.
    if (!(max >= size)) return this.takePart(front, this.clamp(max));
    requireSound(front);
    const bytes = front.give();
    if (this.isLending) this.forget();
    else if (bytes !== front.memory) this.leaveSlab(front);
    this.#size -= size;
    this.unlink(front);
    return bytes;
  }

  private takePart(front: Segment, count: number): Uint8Array {
    if (count === 0) return new Uint8Array(0);
    requireSound(front);
    const bytes = front.copy(count);
    this.leave(count);
    return bytes;
  }

  /** @throws Error `ERR_PIPE_DETACHED`, once the bytes in front of the detached chunk have gone. */
  takeInto(target: Uint8Array): number {
    const { length } = target;
    let copied = 0;
    for (let segment = this.#front; segment !== null && copied < length; segment = segment.next) {
      if (copied > 0 && !segment.isSound) break;
      requireSound(segment);
      const count = Math.min(segment.size, length - copied);
      segment.copyTo(target, copied, count);
      copied += count;
    }
    this.leave(copied);
    return copied;
  }

  /** Bytes of a detached chunk are dropped like any other: who drops them has looked at them while they were there. */
  drop(count: number): void {
    this.leave(this.clamp(count));
  }

  clear(): void {
    this.#front = null;
    this.#back = null;
    this.#size = 0;
    this.#cost = 0;
    this.forget();
  }

  /** For tests: throws when Q1 to Q5, or an invariant of a segment, is broken. */
  checkInvariants(): void {
    const hold = (isKept: boolean, law: string): void => {
      if (!isKept) throw new Error(`${law} is broken: size ${this.#size}, cost ${this.#cost}`);
    };
    const buffers = new Set<ArrayBufferLike>();
    let [size, cost, index] = [0, 0, 0];
    let last: Segment | null = null;
    for (let segment = this.#front; segment !== null; segment = segment.next, index += 1) {
      const { start, buffer } = segment.checkInvariants();
      hold(!buffers.has(buffer), 'Q3');
      buffers.add(buffer);
      hold(start === 0 || index < 2, 'Q4');
      const spare = (index < 2 ? SLACK_BYTES : 0) + (segment === this.#back ? MOST_SLAB_BYTES : 0);
      hold(!segment.isSound || segment.memoryBytes <= AMPLIFICATION * segment.size + spare, 'Q5');
      size += segment.size;
      cost += segment.memoryBytes;
      last = segment;
    }
    hold(last === this.#back, 'Q1');
    hold(size === this.#size && cost === this.#cost, 'Q2');
  }

  /** The bytes of memory that keeping `chunk` pins; 0 when a copy is better. */
  private memoryToKeep(chunk: Uint8Array, length: number): number {
    // The first in line is most likely taken at once: whatever is not copied is gained, and there is only one.
    const isFirst = this.#front === null;
    if (length < LEAST_KEPT_BYTES && (!isFirst || length <= MOST_INLINE_BYTES)) return 0;
    const { buffer } = chunk;
    if (!(buffer instanceof ArrayBuffer) || buffer.resizable) return 0;
    const { byteLength } = buffer;
    return byteLength + (isFirst ? 1 : LEAST_KEPT_BYTES) <= 2 * length ? byteLength : 0;
  }

  /** Bytes that were copied on their way in have left without their memory, and none with it since. */
  private get isLending(): boolean {
    const room = this.#room;
    return typeof room !== 'number' && room.roundsUp;
  }

  private get mostRoomBytes(): number {
    const room = this.#room;
    return typeof room === 'number' ? room : room.mostRoomBytes;
  }

  /** A copy of `chunk` from index `from` on, in memory of at least `capacity` bytes. */
  private copied(chunk: Uint8Array, from: number, capacity: number): Segment {
    const spare = this.#room;
    if (typeof spare === 'number') return Segment.copied(chunk, from, capacity);
    const usual = spare.roundsUp ? usualCapacity(capacity) : capacity;
    const memory = spare.take(usual);
    return memory === undefined
      ? Segment.copied(chunk, from, usual)
      : Segment.copiedInto(memory, chunk, from);
  }

  /** Fills the room at the back, then opens a slab. A slab that is full can be given away as it is. */
  private gather(chunk: Uint8Array, length: number): void {
    const back = this.#back;
    const fits = back === null ? 0 : Math.max(0, Math.min(back.room, length));
    // Made first, because it may fail.
    const slab = fits < length ? this.copied(chunk, fits, this.slabBytesFor(length - fits)) : null;
    if (fits > 0) back?.append(chunk, fits);
    if (slab !== null) this.push(slab);
  }

  private slabBytesFor(count: number): number {
    const back = this.#back;
    // A short write alone between long chunks gets no room: it would hardly be used.
    if (back === null || back.memoryBytes > MOST_SLAB_BYTES) return count;
    if (back.isGiven && back.memoryBytes >= LEAST_KEPT_BYTES) return count;
    const wanted = Math.max(LEAST_SLAB_BYTES, 2 * back.memoryBytes);
    const most = Math.min(MOST_SLAB_BYTES, Math.max(this.mostRoomBytes, this.#size));
    return Math.max(count, Math.min(wanted, most));
  }

  private push(segment: Segment): void {
    const back = this.#back;
    if (back === null) this.#front = segment;
    else {
      // Asked first, a given one has no room, and its memory need not be looked at: 1 ns of 27.
      if (!back.isGiven && back.room > back.size) this.move(back, new Uint8Array(back.size));
      back.next = segment;
    }
    this.#back = segment;
    this.#cost += segment.memoryBytes;
  }

  /**
   * Moves bytes from behind `front` into its room, until it is `min` bytes long or a detached chunk is next; throws
   * in that case. Views that were lent of it end before that room.
   */
  private join(front: Segment, min: number): void {
    let missing = min - front.size;
    let last = front.next;
    while (last !== null && last.isSound && last.size <= missing) {
      missing -= last.size;
      last = last.next;
    }
    const part = last !== null && last.isSound && missing > 0 ? { segment: last, bytes: last.view() } : null;
    const length = part === null ? min - missing : min;
    // All that may fail comes first.
    const memory = front.size + front.room < length ? new Uint8Array(grownBytes(front, length)) : null;
    if (part !== null) this.shorten(part.segment, missing);
    if (memory !== null) this.move(front, memory);
    while (front.next !== null && front.next !== last) {
      const { next } = front;
      front.append(next.view(), next.size);
      this.unlinkBehind(front, next);
    }
    if (part !== null) front.append(part.bytes, missing);
    else if (missing > 0 && last !== null) requireSound(last);
  }

  /** Takes `count` bytes off the front, which ends every loan. */
  private leave(count: number): void {
    let rest = count;
    let first = this.#front;
    while (first !== null && rest >= first.size) {
      rest -= first.size;
      first = first.next;
    }
    // Done first, because it may fail.
    if (first !== null && rest > 0) this.shorten(first, rest);
    for (let gone = this.#front; gone !== null && gone !== first; gone = this.#front) {
      this.unlink(gone);
      if (!gone.isGiven && gone.memoryBytes >= LEAST_REUSED_BYTES) this.reuse(gone);
    }
    this.#size -= count;
  }

  /** Takes `count` bytes off `segment`, and the rest to memory of its own once it pins too much [Q5]. */
  private shorten(segment: Segment, count: number): void {
    const size = segment.size - count;
    const isWasteful = segment.memoryBytes > AMPLIFICATION * size + SLACK_BYTES;
    if (isWasteful && segment.isSound) this.leaveBehind(segment, size, count);
    else segment.skip(count);
  }

  /**
   * Moves the last `size` bytes of `segment` away; the slab that they were in waits to be used again. A backlog of 64 KiB read
   * 1 KiB at a time took 600 ns a read when each slab was new, and takes 180 (Node 24).
   */
  private leaveBehind(segment: Segment, size: number, gone: number): void {
    const spare = this.#room;
    const rest = typeof spare === 'number' ? undefined : spare.take(size);
    const { memory, memoryBytes, isGiven } = segment;
    this.move(segment, rest ?? new Uint8Array(size), gone);
    this.leaveSlab({ memory, memoryBytes, isGiven });
  }

  private move(segment: Segment, memory: Uint8Array, gone = 0): void {
    this.#cost += memory.length - segment.memoryBytes;
    segment.moveTo(memory, gone);
  }

  private unlink(front: Segment): void {
    this.#front = front.next;
    if (front.next === null) this.#back = null;
    this.#cost -= front.memoryBytes;
    // An old segment must not keep a younger one from being collected cheaply.
    front.next = null;
  }

  private get spare(): SpareMemory {
    if (typeof this.#room === 'number') this.#room = new SpareMemory(this.#room);
    return this.#room;
  }

  private reuse(gone: Segment): void {
    const { spare } = this;
    spare.roundsUp = true;
    spare.keep(gone.memory);
  }

  /**
   * Keeps a slab that bytes were copied out of for the next run of small writes, which opens one of that size when it is as
   * long as this one: bursts of 64 writes of 64 bytes took 60 ns a write with it instead of 88, and of 8 writes 230
   * instead of 570 (Node 24). Of each usual size as many wait as were in line at once, since the next one of that size is
   * one of them.
   */
  private leaveSlab({
    isGiven,
    memoryBytes,
    memory,
  }: Pick<Segment, 'isGiven' | 'memoryBytes' | 'memory'>): void {
    if (isGiven || memoryBytes < LEAST_SLAB_BYTES || memoryBytes > MOST_SLAB_BYTES) return;
    this.spare.keep(memory);
  }

  private forget(): void {
    const spare = this.#room;
    if (typeof spare === 'number') return;
    spare.forget();
    this.#room = spare.mostRoomBytes;
  }

  private unlinkBehind(front: Segment, segment: Segment): void {
    front.next = segment.next;
    if (segment.next === null) this.#back = front;
    this.#cost -= segment.memoryBytes;
    segment.next = null;
  }

  private clamp(count: number): number {
    if (count >= this.#size) return this.#size;
    return count > 0 ? Math.trunc(count) : 0;
  }
}

/**
 * Own memory has been joined or gathered before, so peeks seem to reach on and on. It grows by half: twice as much
 * would be wasteful again as soon as a little had left, and a window that slides would be copied at every step.
 */
function grownBytes(front: Segment, length: number): number {
  return front.isGiven ? length : Math.max(length, Math.floor(1.5 * front.size));
}

function capacityError(capacityBytes: number): RangeError {
  const code: PipeErrorCode = 'ERR_PIPE_ARGUMENT';
  const message = `capacityBytes is ${String(capacityBytes)}; it must be a finite number of at least 0`;
  return Object.assign(new RangeError(message), { code });
}

function requireSound(segment: Segment): void {
  if (!segment.isSound) throw detachedError(segment);
}

function detachedError(segment: Segment): Error {
  const code: PipeErrorCode = 'ERR_PIPE_DETACHED';
  const message = `A chunk was detached after it was put, with ${segment.size} bytes still to be read`;
  return Object.assign(new Error(message), { code });
}
