import type { ByteStore, PipeErrorCode, StoreOptions } from '@millrace/core';
import { capacityAbove, capacityWithin, spareMemory } from './spare-memory.ts';
import type { SpareMemory } from './spare-memory.ts';

/** `cost ≤ AMPLIFICATION × size + 16 KiB`: the trait, and what makes a drained burst shrink. */
export const AMPLIFICATION = 2;

/**
 * The constant of S5, used in full: it holds one full TLS record. Written and read by view in lock-step, a record
 * took 220 ns, against 3.7 µs when each one meets fresh memory; 64 bytes took 44 ns, against 1.2 µs (Node 24.21).
 */
const MOST_SPARE_BYTES = 16 * 1024;

/** The first buffer, unless the first chunk needs more: most small bodies fit, and a great many may be open. */
const FIRST_BYTES = 1024;

/** From here on a copy is made from a view, since memory with a source is not zeroed first: a quarter of 64 KiB's time (Node 24). */
const LEAST_UNZEROED_BYTES = 4096;

/**
 * What leaves in one piece where nobody asks for less. The C library gives longer pieces back to the system as often as not, and then
 * each page of the next one is asked for again: bursts of 1 MiB took 1 000 to 6 800 ns for each 16 KiB, and take 1 200. Shorter ones
 * have the rest moved more often (Node 24).
 */
const MOST_TAKEN_BYTES = 256 * 1024;

const NO_MEMORY = new Uint8Array(0);

/**
 * Whether a view of the memory is out and must stay as it is (`open`), or was out at some time, and its holder may have
 * kept it for too long (`over`). Before the first one, whether bytes of another store may lie in its room (`used`) or none
 * (`clean`).
 */
type Loan = 'clean' | 'used' | 'open' | 'over';

/**
 * One growing private buffer. Bytes are copied in behind `end`; `take` copies them out from `start` into memory
 * of their own and the room is used again at once. Readable bytes are always contiguous, so `peek` copies nothing.
 *
 *     0         start            end        capacity = cost
 *     ├── done ──┤▓▓▓ readable ▓▓▓├── room ────┤
 *
 *   C1  0 ≤ start ≤ end ≤ capacity; size = end − start
 *   C2  an empty store has start = end = 0, so all its memory is room
 *   C3  capacity ≤ 2 × size + spare, where spare = min(16 KiB, half of the hint) [S5]
 *   C4  the buffer is whole (offset 0, length of its ArrayBuffer) and in no pool
 *   C5  while a view is lent [C6], bytes before `end` do not move and are not written: a put that lacks room takes
 *       new memory and leaves the old to the view [S4]
 *   C6  an empty store has lent nothing; memory that was ever lent serves no other store again, and memory that
 *       is left while it is lent serves nobody before the loan is over [P18]. It shows nothing of another store [S10]
 *
 * Work is O(n + m) [S9], because memory is left only after a share of it was used:
 *   - growing doubles, so it copies no more than a small multiple of what was put since the last move;
 *   - closing the gap in place copies at most twice the bytes that were taken since it last was closed;
 *   - shrinking leaves a fifth of the size free, and the next shrink comes only after a quarter was taken. One that
 *     comes sooner follows a growth and is paid for by it, once.
 *
 * Arguments are checked by the pipe. A count out of range is taken as the nearest one in range, so that a caller
 * without a pipe can break nothing.
 */
export class CopyOnYieldStore implements ByteStore {
  readonly #spareBytes: number;
  #bytes: Uint8Array = NO_MEMORY;
  #start = 0;
  #end = 0;
  #loan: Loan = 'clean';

  /**
   * @param options `capacityBytes`: the high-water mark of the pipe. Memory that is held beyond need stays within
   *   half of it, so that it alone never pauses a pipe with a small mark. It reserves nothing.
   * @throws RangeError `ERR_PIPE_ARGUMENT` when `capacityBytes` is not a finite number of at least 0.
   */
  constructor(options: StoreOptions = {}) {
    const { capacityBytes = Infinity } = options;
    if (options.capacityBytes !== undefined && !(Number.isFinite(capacityBytes) && capacityBytes >= 0)) {
      throw capacityError(capacityBytes);
    }
    this.#spareBytes = Math.min(MOST_SPARE_BYTES, Math.floor(capacityBytes / 2));
  }

  get size(): number {
    return this.#end - this.#start;
  }

  get cost(): number {
    return this.#bytes.length;
  }

  /** Copies `chunk` in, whoever owns it, and keeps no reference to it [S2, S8]. */
  put(chunk: Uint8Array, _owned: boolean): number {
    const count = chunk.length;
    if (count === 0) return 0; // A detached chunk counts as empty too, and `set` would throw on it.
    if (count > this.#bytes.length - this.#end) this.makeRoom(count);
    this.#bytes.set(chunk, this.#end);
    this.#end += count;
    return count;
  }

  /** Lends everything, whatever `min` asks for: it is contiguous already. */
  peek(_min?: number): Uint8Array {
    if (this.size === 0) return new Uint8Array(0);
    if (this.#loan === 'used') this.#bytes.fill(0, this.#end);
    this.#loan = 'open';
    return this.#bytes.subarray(this.#start, this.#end);
  }

  /** Copies up to `max` bytes out, by default 256 KiB, into an ArrayBuffer that is exactly theirs [S3, S10]. */
  take(max: number = MOST_TAKEN_BYTES): Uint8Array {
    const count = this.clamp(max);
    if (count === 0) return new Uint8Array(0);
    const taken = this.copyOut(this.#start + count);
    this.leave(count);
    return taken;
  }

  takeInto(target: Uint8Array): number {
    const count = this.clamp(target.length);
    if (count > 0) target.set(this.#bytes.subarray(this.#start, this.#start + count));
    this.leave(count);
    return count;
  }

  drop(count: number): void {
    this.leave(this.clamp(count));
  }

  clear(): void {
    this.leaveMemory();
    this.memory.forget(this);
  }

  /** For tests: throws when an invariant of the drawing is broken. C5 is theirs to see: they hold the views. */
  checkInvariants(): void {
    const [start, end, capacity, size] = [this.#start, this.#end, this.#bytes.length, this.size];
    const hold = (isKept: boolean, law: string): void => {
      if (!isKept) throw new Error(`${law} is broken: start ${start}, end ${end}, capacity ${capacity}`);
    };
    hold(
      Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end && end <= capacity,
      'C1',
    );
    hold(size > 0 || end === 0, 'C2');
    hold(capacity <= AMPLIFICATION * size + this.#spareBytes, 'C3');
    hold(this.#bytes.byteOffset === 0 && this.#bytes.buffer.byteLength === capacity, 'C4');
    hold(this.#loan !== 'open' || size > 0, 'C6');
    this.memory.checkInvariants(this.#bytes);
  }

  /** Makes room for `count` bytes behind `end`. A failing allocation changes nothing. */
  private makeRoom(count: number): void {
    const size = this.size;
    const needed = size + count;
    if (this.#loan !== 'open' && needed <= this.#bytes.length && size <= 2 * this.#start) {
      this.#bytes.copyWithin(0, this.#start, this.#end);
      this.#start = 0;
      this.#end = size;
      return;
    }
    this.moveTo(Math.max(capacityAbove(needed), capacityWithin(2 * size), this.firstBytes), this.#start);
  }

  /** Takes `count` bytes off the front, which ends every loan, and leaves memory that is no longer needed. */
  private leave(count: number): void {
    if (this.#loan === 'open') this.#loan = 'over';
    this.memory.endLoans(this);
    const size = this.size - count;
    if (size > 0 && this.#bytes.length > AMPLIFICATION * size + this.#spareBytes) {
      this.moveTo(Math.max(capacityWithin(1.5 * size), this.firstBytes), this.#start + count);
      return;
    }
    this.#start += count;
    if (size > 0) return;
    this.#start = 0;
    this.#end = 0;
    if (this.#bytes.length > this.#spareBytes) this.leaveMemory();
  }

  /** Goes on in other memory with the bytes from `start`. Allocates before anything changes, for it may fail. */
  private moveTo(capacity: number, start: number): void {
    const lentBefore = this.memory.reacquireLent(capacity, this);
    const used = lentBefore ?? this.memory.acquire(capacity);
    const bytes = used ?? new Uint8Array(capacity);
    const size = this.#end - start;
    if (size > 0) bytes.set(this.#bytes.subarray(start, this.#end));
    this.leaveMemory();
    this.#bytes = bytes;
    this.#end = size;
    this.#loan = lentBefore !== undefined ? 'over' : used !== undefined ? 'used' : 'clean';
  }

  /** Empty, without memory, and nothing lent. */
  private leaveMemory(): void {
    if (this.#loan === 'open' || this.#loan === 'over')
      this.memory.releaseLent(this.#bytes, this, this.#loan === 'open');
    else this.memory.release(this.#bytes);
    this.#bytes = NO_MEMORY;
    this.#start = 0;
    this.#end = 0;
    this.#loan = 'clean';
  }

  /** Where buffers come from and go to. A getter, so that no store has a field for what all share; tests have their own. */
  protected get memory(): SpareMemory {
    return spareMemory;
  }

  private get firstBytes(): number {
    return Math.min(FIRST_BYTES, this.#spareBytes);
  }

  private copyOut(end: number): Uint8Array {
    return end - this.#start < LEAST_UNZEROED_BYTES
      ? this.#bytes.slice(this.#start, end)
      : new Uint8Array(this.#bytes.subarray(this.#start, end));
  }

  private clamp(count: number): number {
    if (count >= this.size) return this.size;
    return count > 0 ? Math.trunc(count) : 0;
  }
}

function capacityError(capacityBytes: number): RangeError {
  const code: PipeErrorCode = 'ERR_PIPE_ARGUMENT';
  const message = `capacityBytes is ${String(capacityBytes)}; it must be a finite number of at least 0`;
  return Object.assign(new RangeError(message), { code });
}
