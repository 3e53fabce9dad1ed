import { GrowingStore } from '../stores/growing-store.ts';
import { RingStore } from '../stores/ring-store.ts';
import { brokenStore } from './broken-subject.ts';
import type { BrokenSubject } from './broken-subject.ts';

const shared = new GrowingStore();

/** Bytes are lost, repeated, moved or made up. */
export const storesWithWrongContent: readonly BrokenSubject[] = [
  brokenStore(
    'loses-the-last-byte-of-a-large-put',
    { on: 'growing', breaks: ['S1', 'S5'] },
    class extends GrowingStore {
      override put(chunk: Uint8Array, owned: boolean): number {
        super.put(chunk.length > 3 ? chunk.subarray(0, -1) : chunk, owned);
        return chunk.length;
      }
    },
  ),
  brokenStore(
    'last-in-first-out',
    { on: 'growing', breaks: ['S1', 'S9'] },
    class extends GrowingStore {
      override put(chunk: Uint8Array, owned: boolean): number {
        const before = this.take();
        super.put(chunk, owned);
        super.put(before, true);
        return chunk.length;
      }
    },
  ),
  brokenStore(
    'ignores-the-byte-offset',
    { on: 'growing', breaks: ['S1'] },
    class extends GrowingStore {
      override put(chunk: Uint8Array, owned: boolean): number {
        return super.put(new Uint8Array(chunk.buffer, 0, chunk.length), owned);
      }
    },
  ),
  brokenStore(
    'treats-zero-as-the-end',
    { on: 'growing', breaks: ['S1', 'S5'] },
    class extends GrowingStore {
      override takeInto(target: Uint8Array): number {
        const zero = this.peek().indexOf(0, 1);
        return super.takeInto(zero < 0 ? target : target.subarray(0, zero)) && target.length;
      }
    },
  ),
  brokenStore(
    'takes-more-than-the-maximum',
    { on: 'growing', breaks: ['S1'] },
    class extends GrowingStore {
      override take(max?: number): Uint8Array {
        return super.take(max === undefined ? undefined : max + 1);
      }
    },
  ),
  brokenStore(
    'reports-the-room-instead-of-the-bytes',
    { on: 'growing', breaks: ['S1', 'S5'] },
    class extends GrowingStore {
      override takeInto(target: Uint8Array): number {
        super.takeInto(target);
        return target.length;
      }
    },
  ),
  brokenStore(
    'drops-one-too-many',
    { on: 'growing', breaks: ['S1', 'S5'] },
    class extends GrowingStore {
      override drop(count: number): void {
        super.drop(count > 1 ? count + 1 : count);
      }
    },
  ),
  brokenStore(
    'peeks-less-than-was-asked-for',
    { on: 'growing', breaks: ['S1'] },
    class extends GrowingStore {
      override peek(): Uint8Array {
        return super.peek().subarray(0, 2);
      }
    },
  ),
  brokenStore(
    'forgets-everything-on-an-empty-put',
    { on: 'growing', breaks: ['S1', 'S5'] },
    class extends GrowingStore {
      override put(chunk: Uint8Array, owned: boolean): number {
        if (chunk.length === 0) this.clear();
        return super.put(chunk, owned);
      }
    },
  ),
  brokenStore(
    'grows-one-byte-too-late',
    { on: 'growing', breaks: ['S1'] },
    class extends GrowingStore {
      override makeRoom(length: number): void {
        if (this.bytes.length === 0 || this.tail + length > this.bytes.length + 1) super.makeRoom(length);
      }
    },
  ),
  brokenStore(
    'grows-without-its-first-byte',
    { on: 'growing', breaks: ['S1'] },
    class extends GrowingStore {
      override moveTo(capacity: number): void {
        super.moveTo(capacity);
        if (this.size > 1) this.bytes[0] = this.bytes[1] ?? 0;
      }
    },
  ),
  brokenStore(
    'writes-one-off-at-the-seam',
    { on: 'ring', breaks: ['S1'] },
    class extends RingStore {
      override put(chunk: Uint8Array, owned: boolean): number {
        const tail = (this.head + this.size) % this.capacity;
        const taken = super.put(chunk, owned);
        const first = this.capacity - tail;
        if (this.bytes !== null && taken > first) this.bytes[0] = chunk[first - 1] ?? 0;
        return taken;
      }
    },
  ),
  brokenStore(
    'reads-one-off-at-the-seam',
    { on: 'ring', breaks: ['S1'] },
    class extends RingStore {
      override takeInto(target: Uint8Array): number {
        const first = this.capacity - this.head;
        const count = super.takeInto(target);
        if (count > first) target[first] = target[first - 1] ?? 0;
        return count;
      }
    },
  ),
  brokenStore(
    'full-looks-empty',
    { on: 'ring', breaks: ['S1', 'S4', 'S5', 'S7'] },
    class extends RingStore {
      override put(chunk: Uint8Array, owned: boolean): number {
        const taken = super.put(chunk, owned);
        if (this.size === this.capacity) this.size = 0;
        return taken;
      }
    },
  ),
  brokenStore(
    'two-stores-share-their-state',
    { on: 'growing', breaks: ['S1'] },
    class extends GrowingStore {
      override put(chunk: Uint8Array, owned: boolean): number {
        if (this.size > 0 && shared.bytes.length > this.tail) this.bytes[this.head] = shared.bytes[0] ?? 0;
        shared.bytes = new Uint8Array(chunk);
        return super.put(chunk, owned);
      }
    },
  ),
  brokenStore(
    'overwrites-the-oldest-bytes',
    { on: 'ring', breaks: ['S1', 'S4', 'S5', 'S7'] },
    class extends RingStore {
      override put(chunk: Uint8Array, owned: boolean): number {
        if (chunk.length <= this.capacity) this.drop(this.size + chunk.length - this.capacity);
        return super.put(chunk, owned);
      }

      override drop(count: number): void {
        if (count > 0) super.drop(count);
      }
    },
  ),
];
