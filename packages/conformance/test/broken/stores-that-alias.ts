import { GrowingStore } from '../stores/growing-store.ts';
import { ListStore } from '../stores/list-store.ts';
import { RingStore } from '../stores/ring-store.ts';
import { brokenStore } from './broken-subject.ts';
import type { BrokenSubject } from './broken-subject.ts';

const pool: Uint8Array[] = [];
const unwiped: Uint8Array[] = [];
const slab = { bytes: new Uint8Array(0), used: 0 };

/** Memory has two owners: the caller and the store, two results, or two stores. */
export const storesThatAlias: readonly BrokenSubject[] = [
  brokenStore(
    'keeps-a-chunk-that-was-not-given',
    { on: 'list', breaks: ['S2', 'S10'] },
    class extends ListStore {
      override put(chunk: Uint8Array): number {
        return super.put(chunk, true);
      }
    },
  ),
  brokenStore(
    'copies-with-the-slice-of-a-node-buffer',
    { on: 'list', breaks: ['S2', 'S5', 'S10'] },
    class extends ListStore {
      override put(chunk: Uint8Array, owned: boolean): number {
        if (chunk.length === 0 || Object.getPrototypeOf(chunk) === Uint8Array.prototype)
          return super.put(chunk, owned);
        const bytes = chunk.slice();
        this.append({ bytes, from: 0, to: bytes.length, isGiven: true });
        this.size += chunk.length;
        return chunk.length;
      }
    },
  ),
  brokenStore(
    'declares-copies-and-keeps',
    { on: 'list', breaks: ['S2', 'S10'], traits: { put: 'copies', take: 'copies' } },
    ListStore,
  ),
  brokenStore(
    'gives-a-live-view',
    { on: 'growing', breaks: ['S3', 'S10'] },
    class extends GrowingStore {
      override take(max: number = this.size): Uint8Array {
        const taken = this.bytes.subarray(this.head, this.head + Math.min(max, this.size));
        this.drop(taken.length);
        return taken;
      }
    },
  ),
  brokenStore(
    'gives-a-view-of-the-ring',
    { on: 'ring', breaks: ['S3', 'S10'] },
    class extends RingStore {
      override take(max: number = this.size): Uint8Array {
        const view = this.peek(Math.min(max, this.size)).subarray(0, max);
        this.drop(view.length);
        return view;
      }
    },
  ),
  brokenStore(
    'gives-the-same-scratch-each-time',
    { on: 'growing', breaks: ['S3', 'S10'] },
    class extends GrowingStore {
      scratch = new Uint8Array(0);

      override take(max: number = this.size): Uint8Array {
        if (this.scratch.length === 0) this.scratch = new Uint8Array(1 << 16);
        const count = Math.min(max, this.size, this.scratch.length);
        return this.scratch.subarray(0, this.takeInto(this.scratch.subarray(0, count)));
      }
    },
  ),
  brokenStore(
    'gives-part-of-a-chunk-it-still-holds',
    { on: 'list', breaks: ['S3', 'S10'] },
    class extends ListStore {
      override take(max: number = this.size): Uint8Array {
        const part = this.parts[this.first];
        if (part === undefined || !part.isGiven) return super.take(max);
        this.requireSound(part);
        const taken = part.bytes.subarray(part.from, Math.min(part.to, part.from + max));
        this.drop(taken.length);
        return taken;
      }
    },
  ),
  brokenStore(
    'gives-neighbours-in-one-slab',
    { on: 'growing', breaks: ['S3', 'S10'] },
    class extends GrowingStore {
      override take(max: number = this.size): Uint8Array {
        const count = Math.min(max, this.size);
        if (slab.bytes.length - slab.used < count) {
          slab.bytes = new Uint8Array(Math.max(8192, count));
          slab.used = 0;
        }
        const taken = slab.bytes.subarray(slab.used, slab.used + count);
        slab.used += count;
        this.takeInto(taken);
        return taken;
      }
    },
  ),
  brokenStore(
    'shows-memory-beside-the-result',
    { on: 'growing', breaks: ['S10'] },
    class extends GrowingStore {
      override take(max: number = this.size): Uint8Array {
        const frame = new Uint8Array(Math.min(max, this.size) + 8);
        return frame.subarray(0, this.takeInto(frame.subarray(0, -8)));
      }
    },
  ),
  brokenStore(
    'lends-memory-from-a-pool-as-it-was-left',
    { on: 'ring', breaks: ['S10'] },
    class extends RingStore {
      override put(chunk: Uint8Array, owned: boolean): number {
        const at = unwiped.findIndex((bytes) => bytes.length === this.capacity);
        if (chunk.length > 0 && at >= 0) this.bytes ??= unwiped.splice(at, 1)[0] ?? null;
        return super.put(chunk, owned);
      }

      override clear(): void {
        if (this.bytes !== null) unwiped.push(this.bytes);
        super.clear();
        unwiped.splice(0, unwiped.length - 8);
      }
    },
  ),
  brokenStore(
    'gives-its-memory-to-the-pool-twice',
    { on: 'ring', breaks: ['S1', 'S10'] },
    class extends RingStore {
      override put(chunk: Uint8Array, owned: boolean): number {
        const at = pool.findIndex((bytes) => bytes.length === this.capacity);
        if (chunk.length > 0 && at >= 0) this.bytes ??= pool.splice(at, 1)[0] ?? null;
        return super.put(chunk, owned);
      }

      override clear(): void {
        if (this.bytes !== null) pool.push(this.bytes, this.bytes);
        super.clear();
        pool.splice(0, pool.length - 8);
      }
    },
  ),
  brokenStore(
    'moves-bytes-in-place-under-a-lent-view',
    { on: 'growing', breaks: ['S4'] },
    class extends GrowingStore {
      override makeRoom(length: number): void {
        if (
          this.head > 0 &&
          this.tail + length > this.bytes.length &&
          this.size + length <= this.bytes.length
        ) {
          this.bytes.copyWithin(0, this.head, this.tail);
          this.tail -= this.head;
          this.head = 0;
        }
        super.makeRoom(length);
      }
    },
  ),
  brokenStore(
    'grows-by-transferring-lent-memory',
    { on: 'growing', breaks: ['S4'] },
    class extends GrowingStore {
      override moveTo(capacity: number): void {
        const { buffer } = this.bytes;
        super.moveTo(capacity);
        structuredClone(buffer, { transfer: [buffer] });
      }
    },
  ),
  brokenStore(
    'lends-one-scratch-for-every-peek',
    { on: 'growing', breaks: ['S4', 'S7', 'S9'] },
    class extends GrowingStore {
      lent = new Uint8Array(0);

      override peek(min: number = 1): Uint8Array {
        const front = super.peek().subarray(0, Math.min(min, this.size));
        if (this.lent.length < front.length) this.lent = new Uint8Array(Math.max(1 << 18, front.length));
        this.lent.fill(0xee);
        this.lent.set(front);
        return this.lent.subarray(0, front.length);
      }
    },
  ),
  brokenStore(
    'peek-takes-what-it-joins',
    { on: 'ring', breaks: ['S1', 'S4', 'S5', 'S7'] },
    class extends RingStore {
      override peek(min: number = 1): Uint8Array {
        if (Math.min(min, this.size) <= this.capacity - this.head) return super.peek(min);
        return this.take(min);
      }
    },
  ),
];
