import type { BufferStrategy, ByteStore, StoreOptions } from '@millrace/core';

const DEFAULT_CAPACITY_BYTES = 1024;

/**
 * A fixed ring. A peek across the seam moves the bytes to a new array once, seam at its start.
 *
 *     0 ▓▓▓ tail            head ▓▓▓▓▓▓▓ capacity
 */
export class RingStore implements ByteStore {
  readonly capacity: number;
  bytes: Uint8Array | null = null;
  head = 0;
  size = 0;

  constructor(options?: StoreOptions) {
    this.capacity = options?.capacityBytes ?? DEFAULT_CAPACITY_BYTES;
  }

  get cost(): number {
    return this.size;
  }

  put(chunk: Uint8Array, _owned: boolean): number {
    const count = this.room(chunk.length);
    if (count === 0) return 0;
    this.bytes ??= new Uint8Array(this.capacity);
    const tail = (this.head + this.size) % this.capacity;
    const first = Math.min(count, this.capacity - tail);
    this.bytes.set(chunk.subarray(0, first), tail);
    this.bytes.set(chunk.subarray(first, count), 0);
    this.size += count;
    return count;
  }

  room(wanted: number): number {
    return Math.min(wanted, this.capacity - this.size);
  }

  peek(min: number = 1): Uint8Array {
    if (this.bytes === null || this.size === 0) return new Uint8Array(0);
    if (Math.min(min, this.size) > this.capacity - this.head) this.straighten();
    return this.bytes.subarray(this.head, Math.min(this.head + this.size, this.capacity));
  }

  straighten(): void {
    if (this.bytes === null) return;
    const straight = new Uint8Array(this.capacity);
    straight.set(this.bytes.subarray(this.head));
    straight.set(this.bytes.subarray(0, this.head), this.capacity - this.head);
    this.bytes = straight;
    this.head = 0;
  }

  take(max: number = this.size): Uint8Array {
    const taken = new Uint8Array(Math.min(max, this.size));
    this.takeInto(taken);
    return taken;
  }

  takeInto(target: Uint8Array): number {
    const count = Math.min(target.length, this.size);
    if (this.bytes === null || count === 0) return 0;
    const first = Math.min(count, this.capacity - this.head);
    target.set(this.bytes.subarray(this.head, this.head + first));
    target.set(this.bytes.subarray(0, count - first), first);
    this.drop(count);
    return count;
  }

  drop(count: number): void {
    const dropped = Math.min(count, this.size);
    this.head = (this.head + dropped) % this.capacity;
    this.size -= dropped;
  }

  clear(): void {
    this.bytes = null;
    this.head = 0;
    this.size = 0;
  }
}

export const ringStrategy: BufferStrategy = {
  name: 'ring',
  contract: 1,
  traits: { put: 'copies', take: 'copies', fixed: true, amplification: 1 },
  createStore: (options) => new RingStore(options),
};
