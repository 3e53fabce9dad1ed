import assert from 'node:assert/strict';
import type { RingBufferStore } from '../src/ring-buffer-store.ts';
import { hex, streamBytes } from './stream-bytes.ts';

interface Seen {
  readonly bytes: Uint8Array;
  readonly content: string;
}

/**
 * A store and a plain array that are told the same. Every call checks the answer, the sizes, the invariants and
 * every view that is lent; memory that is not the store's is scribbled over as soon as it may be.
 */
export class StoreBesideArray {
  readonly store: RingBufferStore;
  readonly capacityBytes: number;
  readonly #array: number[] = [];
  readonly #taken: Seen[] = [];
  #lent: Seen[] = [];
  #written = 0;

  constructor(store: RingBufferStore, capacityBytes: number) {
    this.store = store;
    this.capacityBytes = capacityBytes;
  }

  /** How often the bytes written so far would have filled the ring. */
  get laps(): number {
    return this.#written / this.capacityBytes;
  }

  put(length: number, owned: boolean): void {
    const memory = new Uint8Array(length + 3);
    const chunk = memory.subarray(2, 2 + length);
    chunk.set(streamBytes(this.#written, length));
    const count = this.store.put(chunk, owned);
    assert.equal(count, Math.min(length, this.capacityBytes - this.#array.length));
    this.#array.push(...chunk.subarray(0, count));
    this.#written += count;
    memory.fill(0xee);
    this.#check();
  }

  take(max?: number): void {
    const taken = this.store.take(max);
    this.#remove(taken, max ?? this.#array.length);
    assert.equal(taken.buffer.byteLength, taken.length);
    if (this.#taken.length % 2 === 0) taken.fill(0xdd);
    this.#taken.push({ bytes: taken, content: hex(taken) });
    this.#check();
  }

  takeInto(length: number): void {
    const frame = new Uint8Array(length + 4).fill(0x5a);
    const count = this.store.takeInto(frame.subarray(2, 2 + length));
    const taken = frame.slice(2, 2 + count);
    this.#remove(taken, length);
    assert.equal(hex(frame), `5a5a${hex(taken)}${'5a'.repeat(length - count + 2)}`);
    this.#check();
  }

  drop(count: number): void {
    const dropped = Math.min(count, this.#array.length);
    this.store.drop(dropped);
    this.#remove(Uint8Array.from(this.#array.slice(0, dropped)), dropped);
    this.#check();
  }

  peek(min?: number): void {
    const least = Math.min(min ?? 1, this.#array.length);
    const view = this.store.peek(min);
    assert.ok(view.length >= least, `peek(${min}) lent ${view.length} of ${this.#array.length}`);
    this.#lent.push({ bytes: view, content: hex(this.#array.slice(0, view.length)) });
    this.#check();
  }

  clear(): void {
    this.store.clear();
    this.#array.length = 0;
    this.#lent = [];
    this.#check();
  }

  /** Looks at every chunk that was ever taken once more [S3]. */
  expectTakenUnchanged(): void {
    for (const { bytes, content } of this.#taken) assert.equal(hex(bytes), content);
  }

  #remove(got: Uint8Array, most: number): void {
    assert.equal(hex(got), hex(this.#array.splice(0, most)));
    this.#lent = [];
  }

  #check(): void {
    this.store.checkInvariants();
    assert.deepEqual([this.store.size, this.store.cost], [this.#array.length, this.#array.length]);
    for (const { bytes, content } of this.#lent) assert.equal(hex(bytes), content);
  }
}
