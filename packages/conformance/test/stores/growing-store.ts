import type { BufferStrategy, ByteStore } from '@millrace/core';

/**
 * One array that grows and shrinks by allocating anew, never by moving bytes in place, so that lent views stay.
 *
 *     0        head ▓▓▓▓▓▓▓ tail        bytes.length
 *
 * Fields are open to the defective stores built on it.
 */
export class GrowingStore implements ByteStore {
  bytes = new Uint8Array(0);
  head = 0;
  tail = 0;

  get size(): number {
    return this.tail - this.head;
  }

  get cost(): number {
    return this.bytes.length;
  }

  put(chunk: Uint8Array, _owned: boolean): number {
    this.makeRoom(chunk.length);
    this.bytes.set(chunk, this.tail);
    this.tail += chunk.length;
    return chunk.length;
  }

  peek(_min?: number): Uint8Array {
    return this.bytes.subarray(this.head, this.tail);
  }

  take(max: number = this.size): Uint8Array {
    const count = Math.min(max, this.size);
    const taken = this.bytes.slice(this.head, this.head + count);
    this.drop(count);
    return taken;
  }

  takeInto(target: Uint8Array): number {
    const count = Math.min(target.length, this.size);
    target.set(this.bytes.subarray(this.head, this.head + count));
    this.drop(count);
    return count;
  }

  drop(count: number): void {
    this.head += Math.min(count, this.size);
    if (this.size === 0) this.clear();
    else if (this.bytes.length > 1024 && this.size * 4 < this.bytes.length) this.moveTo(this.size * 2);
  }

  clear(): void {
    this.bytes = new Uint8Array(0);
    this.head = 0;
    this.tail = 0;
  }

  makeRoom(length: number): void {
    if (this.tail + length > this.bytes.length) this.moveTo((this.size + length) * 2);
  }

  moveTo(capacity: number): void {
    const moved = new Uint8Array(capacity);
    moved.set(this.bytes.subarray(this.head, this.tail));
    this.tail = this.size;
    this.head = 0;
    this.bytes = moved;
  }
}

export const growingStrategy: BufferStrategy = {
  name: 'growing',
  contract: 1,
  traits: { put: 'copies', take: 'copies', fixed: false, amplification: 4 },
  createStore: () => new GrowingStore(),
};
