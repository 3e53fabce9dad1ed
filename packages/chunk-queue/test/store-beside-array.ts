import assert from 'node:assert/strict';
import type { ChunkQueueStore } from '../src/chunk-queue-store.ts';
import { streamBytes } from './stream-bytes.ts';

/** How the memory of a chunk is laid out: alone, most of it, or a sliver of much more, and what may not be kept. */
const chunkIn = {
  exact: (length: number) => new Uint8Array(length),
  most: (length: number) => new Uint8Array(new ArrayBuffer(length + (length >> 2)), length >> 3, length),
  half: (length: number) => new Uint8Array(new ArrayBuffer(2 * length + 1), length >> 1, length),
  sliver: (length: number) => new Uint8Array(new ArrayBuffer(8192 + 8 * length), 5, length),
  node: (length: number) => Buffer.from(new ArrayBuffer(8192 + 4 * length), 16, length),
  resizable: (length: number) =>
    new Uint8Array(new ArrayBuffer(length + 4, { maxByteLength: length + 64 }), 2, length),
  shared: (length: number) => new Uint8Array(new SharedArrayBuffer(length)),
};
export type Layout = keyof typeof chunkIn;
export const layouts: readonly Layout[] = ['exact', 'most', 'half', 'sliver', 'node', 'resizable', 'shared'];

const SCRIBBLE = 0xee;

interface Seen {
  readonly bytes: Uint8Array;
  readonly content: Uint8Array;
}

/**
 * A store, and a plain array that is told the same: every byte ever written, of which `front` are gone. Every call checks the answer, the sizes, the invariants and
 * every view that is lent. Memory that is not the store's is scribbled over as soon as it may be: a source that was
 * not given, one that has to be copied, and every chunk that was taken.
 */
export class StoreBesideArray {
  readonly store: ChunkQueueStore;
  /** Chunks that came out as the very objects they went in as. */
  passed = 0;
  readonly #given = new Set<Uint8Array>();
  #array: Uint8Array = new Uint8Array(1024);
  #front = 0;
  #back = 0;
  readonly #taken: Uint8Array[] = [];
  readonly #takenBuffers = new Set<ArrayBufferLike>();
  #lent: Seen[] = [];

  constructor(store: ChunkQueueStore) {
    this.store = store;
  }

  get size(): number {
    return this.#back - this.#front;
  }

  put(length: number, owned: boolean, layout: Layout): void {
    const bytes = streamBytes(this.#back, length);
    const chunk = chunkIn[layout](length);
    chunk.set(bytes);
    assert.equal(this.store.put(chunk, owned), length);
    this.#append(bytes);
    const mayBeKept = owned && (layout === 'exact' || layout === 'most');
    if (mayBeKept) this.#given.add(chunk);
    else new Uint8Array(chunk.buffer).fill(SCRIBBLE);
    this.#check();
  }

  take(max?: number): void {
    const most = max ?? this.size;
    const taken = this.store.take(max);
    assert.ok(
      taken.length >= Math.min(1, most, this.size) && taken.length <= most,
      `${taken.length} bytes taken`,
    );
    this.#remove(taken);
    if (taken.length > 0) this.#keepTaken(taken);
    this.#check();
  }

  takeInto(length: number): void {
    const frame = new Uint8Array(length + 4).fill(0x5a);
    const count = this.store.takeInto(frame.subarray(2, 2 + length));
    assert.equal(count, Math.min(length, this.size));
    this.#remove(frame.subarray(2, 2 + count));
    frame.fill(0x5a, 2, 2 + count);
    assert.ok(
      frame.every((byte) => byte === 0x5a),
      'bytes beside the copied ones changed',
    );
    this.#check();
  }

  drop(count: number): void {
    const dropped = Math.min(count, this.size);
    this.store.drop(dropped);
    this.#remove(this.#expected(dropped));
    this.#check();
  }

  peek(min?: number): void {
    const least = Math.min(min ?? 1, this.size);
    const view = this.store.peek(min);
    assert.ok(
      view.length >= least && view.length <= this.size,
      `peek(${min}) lent ${view.length} of ${this.size}`,
    );
    assert.ok(
      !this.#takenBuffers.has(view.buffer) || view.length === 0,
      'memory that was given away was lent',
    );
    const content = this.#expected(view.length).slice();
    this.#lent.push({ bytes: view, content });
    this.#check();
  }

  clear(): void {
    this.store.clear();
    this.#front = this.#back;
    this.#lent = [];
    this.#check();
    assert.equal(this.store.cost, 0);
  }

  /** Looks at every chunk that was ever taken once more [S3]. */
  expectTakenUnchanged(): void {
    for (const bytes of this.#taken) assert.ok(bytes.every((byte) => byte === SCRIBBLE));
  }

  #append(bytes: Uint8Array): void {
    if (this.#back + bytes.length > this.#array.length) {
      const larger = new Uint8Array(2 * (this.#back + bytes.length));
      larger.set(this.#array);
      this.#array = larger;
    }
    this.#array.set(bytes, this.#back);
    this.#back += bytes.length;
  }

  #expected(count: number): Uint8Array {
    return this.#array.subarray(this.#front, this.#front + count);
  }

  #remove(got: Uint8Array): void {
    equalBytes(got, this.#expected(got.length));
    this.#front += got.length;
    this.#lent = [];
  }

  #keepTaken(taken: Uint8Array): void {
    const { buffer, length } = taken;
    const isGiven = [...this.#given].some((chunk) => chunk.buffer === buffer);
    assert.ok(
      isGiven ? 2 * length > buffer.byteLength : length === buffer.byteLength,
      'memory that shows neighbours',
    );
    assert.ok(!this.#takenBuffers.has(buffer), 'memory was given away twice');
    if (this.#given.delete(taken)) this.passed += 1;
    this.#takenBuffers.add(buffer);
    // All of it, as its new owner may: nothing the store still holds lies there [S3].
    new Uint8Array(buffer).fill(SCRIBBLE);
    this.#taken.push(taken);
  }

  #check(): void {
    const { size, cost } = this.store;
    this.store.checkInvariants();
    assert.equal(size, this.size);
    assert.ok(size <= cost && cost <= 2 * size + 16 * 1024, `cost ${cost} at size ${size}`);
    assert.ok(size > 0 || cost === 0, 'an empty store holds memory');
    for (const { bytes, content } of this.#lent) equalBytes(bytes, content);
  }
}

function equalBytes(actual: Uint8Array, expected: Uint8Array): void {
  if (Buffer.compare(actual, expected) !== 0) assert.deepEqual([...actual], [...expected]);
}
