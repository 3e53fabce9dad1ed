import type { ByteStore, PipeErrorCode, StoreOptions } from '@millrace/core';
import { ringPool } from './ring-pool.ts';
import type { RingLease, RingPool } from './ring-pool.ts';

/** The default high-water mark of a pipe, which is what it passes as `capacityBytes`. */
const DEFAULT_CAPACITY_BYTES = 65_536;

/** 1 GiB: every engine can allocate it, and `tail + filled` stays a small integer. */
const MOST_CAPACITY_BYTES = 2 ** 30;

/** From here on a copy is made from a view, since memory with a source is not zeroed first: a quarter of 64 KiB's time (Node 24). */
const LEAST_UNZEROED_BYTES = 4096;

/**
 * What leaves in one piece where nobody asks for less. The C library gives longer pieces back to the system as often as not, and then each
 * page of the next one is asked for again: bursts of 1 MiB took 900 or 6 500 ns for each 16 KiB, and take 1 000 (Node 24).
 */
const MOST_TAKEN_BYTES = 64 * 1024;

/**
 * A fixed ring. Bytes are copied in at `head` and copied out at `tail`; both go round.
 *
 *     0         tail            head         capacity   length of the ring
 *     ├── free ──┤▓▓ readable ▓▓▓├─── free ─────┤·· spare ··┤
 *
 *     0        head             tail         capacity
 *     ├▓▓▓ 2 ▓▓▓├───── free ─────┤▓▓▓▓▓ 1 ▓▓▓▓▓▓┤·· spare ··┤     wrapped: the seam lies between 1 and 2
 *
 *   R1  0 ≤ tail < capacity and 0 ≤ filled ≤ capacity, whole numbers; head = (tail + filled) mod capacity, so full
 *       is filled = capacity and no byte is kept free to tell full from empty
 *   R2  an empty store has tail = 0: what comes next lies in one piece, in memory that is warm
 *   R3  a ring is held from the first byte until `clear`, at least capacity long; the seam is at capacity all the
 *       same, so that `put` takes exactly what the caller was promised and the spare is never written
 *   R4  every byte from `dirtyBytes` on is zero, and dirtyBytes ≤ capacity
 *   R5  while the ring is lent, bytes of `readable` do not move and are not written [S4]; isLent implies filled > 0
 *   R6  what is joined equals the first end − start readable bytes and crosses the seam; a joined piece is memory of
 *       its own that is only ever appended to, so that a view of it stays as it is
 *   R7  a ring whose loan is still open is never given back: it goes to the collector when its views do [P18]
 *
 * Arguments are checked by the pipe. A count out of range is taken as the nearest one in range, so that a caller
 * without a pipe can break nothing.
 */
export class RingBufferStore implements ByteStore {
  readonly #pool: RingPool;
  readonly #capacity: number;
  #lease: RingLease | null = null;
  #tail = 0;
  #filled = 0;

  /**
   * @param options `capacityBytes`: exactly how many bytes fit, by default 65_536. 0 is taken as 1: a store that
   *   never takes a byte would never let one through.
   * @param pool Where the ring comes from and goes to; tests pass their own.
   * @throws RangeError `ERR_PIPE_ARGUMENT` when `capacityBytes` is not a whole number from 0 to 2^30.
   */
  constructor(options: StoreOptions = {}, pool: RingPool = ringPool) {
    const { capacityBytes = DEFAULT_CAPACITY_BYTES } = options;
    if (!Number.isInteger(capacityBytes) || capacityBytes < 0 || capacityBytes > MOST_CAPACITY_BYTES) {
      throw capacityError(capacityBytes);
    }
    this.#capacity = Math.max(1, capacityBytes);
    this.#pool = pool;
  }

  get size(): number {
    return this.#filled;
  }

  /** As `size`: the ring is there whether it is full or not [S5]. */
  get cost(): number {
    return this.#filled;
  }

  /** Copies in as much of `chunk` as there is room for, whoever owns it, and keeps no reference to it [S2, S8]. */
  put(chunk: Uint8Array, _owned: boolean): number {
    const count = Math.min(chunk.length, this.#capacity - this.#filled);
    if (count === 0) return 0; // A detached chunk counts as empty too, and `set` would throw on it.
    // May fail, as may the copying when a reader has transferred what it was lent: before anything changes.
    const lease = (this.#lease ??= this.#pool.lease(this.#capacity));
    const { ring } = lease;
    const head = this.at(this.#filled);
    const first = Math.min(count, this.#capacity - head);
    ring.set(part(chunk, 0, first), head);
    if (first < count) ring.set(part(chunk, first, count - first), 0);
    this.#filled += count;
    lease.dirtyBytes = Math.max(lease.dirtyBytes, head + first);
    return count;
  }

  /**
   * Lends everything up to the seam. When `min` reaches across it, lends a copy of the first `min` bytes instead;
   * only then does `peek` allocate [S7].
   */
  peek(min = 1): Uint8Array {
    const lease = this.#lease;
    if (lease === null || this.#filled === 0) return new Uint8Array(0);
    const straight = Math.min(this.#filled, this.#capacity - this.#tail);
    const count = this.clamp(min);
    if (count > straight) return this.join(lease, count);
    return lease.lend(this.#tail, this.#tail + straight);
  }

  /** Copies up to `max` bytes out, by default 64 KiB, into an ArrayBuffer that is exactly theirs [S3, S10]. */
  take(max: number = MOST_TAKEN_BYTES): Uint8Array {
    const count = this.clamp(max);
    const taken = this.copyOut(count);
    this.leave(count);
    return taken;
  }

  takeInto(target: Uint8Array): number {
    const count = this.clamp(target.length);
    this.copyTo(target, count);
    this.leave(count);
    return count;
  }

  drop(count: number): void {
    this.leave(this.clamp(count));
  }

  clear(): void {
    this.#lease?.giveBack();
    this.#lease = null;
    this.#tail = 0;
    this.#filled = 0;
  }

  /** For tests: throws when R1 to R6 or the pool's invariants are broken, as far as can be seen without the views. */
  checkInvariants(): void {
    const [tail, filled, capacity] = [this.#tail, this.#filled, this.#capacity];
    const { ring, usedBytes = 0, dirtyBytes = 0, isLent = false, joined = null } = this.#lease ?? {};
    const hold = (isKept: boolean, law: string): void => {
      if (isKept) return;
      throw new Error(
        `${law} is broken: tail ${tail}, filled ${filled}, capacity ${capacity}, used ${usedBytes}`,
      );
    };
    hold(Number.isInteger(tail) && 0 <= tail && tail < capacity, 'R1');
    hold(Number.isInteger(filled) && 0 <= filled && filled <= capacity, 'R1');
    hold(filled > 0 || tail === 0, 'R2');
    hold(ring === undefined ? filled === 0 : ring.length >= capacity, 'R3');
    hold(usedBytes <= (ring === undefined ? 0 : capacity), 'R4');
    hold(ring === undefined || ring.subarray(usedBytes).every((byte) => byte === 0), 'R4');
    hold(!isLent || usedBytes === dirtyBytes, 'R4');
    hold(filled > 0 || !isLent, 'R5');
    if (joined !== null) {
      const [start, end] = [joined.start, joined.end];
      hold(0 <= start && start < end && end - start <= filled && tail + end - start > capacity, 'R6');
      const front = new Uint8Array(end - start);
      this.copyTo(front, front.length);
      hold(
        front.every((byte, index) => byte === joined.bytes[start + index]),
        'R6',
      );
    }
    this.#pool.checkInvariants(ring);
  }

  /** The index in the ring of the byte that is `offset` behind the front; `offset` is at most the capacity. */
  private at(offset: number): number {
    const index = this.#tail + offset;
    return index < this.#capacity ? index : index - this.#capacity;
  }

  private clamp(count: number): number {
    if (count >= this.#filled) return this.#filled;
    return count > 0 ? Math.trunc(count) : 0;
  }

  private copyOut(count: number): Uint8Array<ArrayBuffer> {
    if (this.#lease !== null && count <= this.#capacity - this.#tail) {
      const lease = this.#lease;
      const end = this.#tail + count;
      return count < LEAST_UNZEROED_BYTES
        ? lease.ring.slice(this.#tail, end)
        : new Uint8Array(lease.part(this.#tail, end));
    }
    const bytes = new Uint8Array(count);
    this.copyTo(bytes, count);
    return bytes;
  }

  /** Copies `count` readable bytes, from `skip` behind the front on, to `target` from `at` on. */
  private copyTo(target: Uint8Array, count: number, skip = 0, at = 0): void {
    const lease = this.#lease;
    if (lease === null || count === 0) return;
    const from = this.at(skip);
    const first = Math.min(count, this.#capacity - from);
    target.set(lease.part(from, from + first), at);
    if (first < count) target.set(lease.part(0, count - first), at + first);
  }

  /**
   * The first `min` bytes in one piece [R6]. A piece is made with room to grow, and serves until the front has
   * passed the seam, so that looking a little further again and again copies each byte a few times at most [S9].
   */
  private join(lease: RingLease, min: number): Uint8Array {
    let { joined } = lease;
    if (joined === null || joined.start + min > joined.bytes.length) {
      joined = { bytes: new Uint8Array(2 * min), start: 0, end: 0 };
      lease.joined = joined;
    }
    const length = joined.end - joined.start;
    if (length < min) {
      this.copyTo(joined.bytes, min - length, length, joined.end);
      joined.end = joined.start + min;
    }
    return joined.bytes.subarray(joined.start, joined.end);
  }

  /** Takes `count` bytes off the front, which ends every loan. */
  private leave(count: number): void {
    const lease = this.#lease;
    if (lease === null) return;
    lease.isLent = false;
    if (lease.joined !== null) {
      const isBeforeSeam = count < this.#capacity - this.#tail;
      if (isBeforeSeam) lease.joined.start += count;
      else lease.joined = null;
    }
    this.#tail = count < this.#filled ? this.at(count) : 0;
    this.#filled -= count;
  }
}

/** `count` bytes of `chunk`. Made without `subarray`, which would run the code of a subclass, and is slower. */
function part(chunk: Uint8Array, from: number, count: number): Uint8Array {
  if (count === chunk.length) return chunk;
  return new Uint8Array(chunk.buffer, chunk.byteOffset + from, count);
}

function capacityError(capacityBytes: number): RangeError {
  const code: PipeErrorCode = 'ERR_PIPE_ARGUMENT';
  const message = `capacityBytes is ${String(capacityBytes)}; it must be a whole number from 0 to ${MOST_CAPACITY_BYTES}`;
  return Object.assign(new RangeError(message), { code });
}
