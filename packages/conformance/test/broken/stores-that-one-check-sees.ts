import type { StoreOptions } from '@millrace/core';
import { GrowingStore } from '../stores/growing-store.ts';
import { ListStore } from '../stores/list-store.ts';
import { RingStore } from '../stores/ring-store.ts';
import { brokenStore } from './broken-subject.ts';
import type { BrokenSubject } from './broken-subject.ts';

/** A store that answers a take at the front of a detached chunk in its own way. */
abstract class WithDetachedTakes extends ListStore {
  abstract takeDetached(max: number): Uint8Array;

  override take(max: number = this.size): Uint8Array {
    const part = this.parts[this.first];
    return part !== undefined && part.bytes.length < part.to ? this.takeDetached(max) : super.take(max);
  }
}

/** Each is wrong in a way that one check of the suite notices, and nothing but that check. */
export const storesThatOneCheckSees: readonly BrokenSubject[] = [
  brokenStore(
    'take-into-clears-the-rest-of-the-target',
    { on: 'growing', breaks: ['S1'] },
    class extends GrowingStore {
      override takeInto(target: Uint8Array): number {
        const count = super.takeInto(target);
        target.fill(0, count);
        return count;
      }
    },
  ),
  brokenStore(
    'take-into-fills-the-target-or-gives-nothing',
    { on: 'growing', breaks: ['S1', 'S6'] },
    class extends GrowingStore {
      override takeInto(target: Uint8Array): number {
        return this.size < target.length ? 0 : super.takeInto(target);
      }
    },
  ),
  brokenStore(
    'counts-what-was-lent-as-gone',
    { on: 'growing', breaks: ['S4', 'S5'] },
    class extends GrowingStore {
      lent = 0;

      override get size(): number {
        return super.size - this.lent;
      }

      override peek(min?: number): Uint8Array {
        this.lent = 0;
        const view = super.peek(min);
        this.lent = Math.min(1, view.length);
        return view;
      }

      override put(chunk: Uint8Array, owned: boolean): number {
        this.lent = 0;
        return super.put(chunk, owned);
      }

      override take(max?: number): Uint8Array {
        this.lent = 0;
        return super.take(max);
      }

      override takeInto(target: Uint8Array): number {
        this.lent = 0;
        return super.takeInto(target);
      }

      override drop(count: number): void {
        this.lent = 0;
        super.drop(count);
      }

      override clear(): void {
        this.lent = 0;
        super.clear();
      }
    },
  ),
  brokenStore(
    'still-counts-a-byte-after-clear',
    { on: 'growing', breaks: ['S1', 'S5', 'S6'] },
    class extends GrowingStore {
      wasCleared = false;

      override get size(): number {
        return super.size + (this.wasCleared ? 1 : 0);
      }

      override put(chunk: Uint8Array, owned: boolean): number {
        this.wasCleared = false;
        return super.put(chunk, owned);
      }

      override clear(): void {
        super.clear();
        this.wasCleared = true;
      }

      override drop(count: number): void {
        super.drop(count);
        this.wasCleared = false;
      }
    },
  ),
  brokenStore(
    'asks-for-scratch-before-the-first-byte',
    { on: 'ring', breaks: ['S7'] },
    class extends RingStore {
      readonly scratch: Uint8Array;

      constructor(options?: StoreOptions) {
        super(options);
        this.scratch = new Uint8Array(8);
      }
    },
  ),
  brokenStore(
    'lends-less-than-was-wanted-of-a-detached-chunk',
    { on: 'list', breaks: ['S8'] },
    class extends ListStore {
      override peek(min?: number): Uint8Array {
        try {
          return super.peek(min);
        } catch {
          return super.peek();
        }
      }
    },
  ),
  brokenStore(
    'gives-nothing-of-a-detached-chunk',
    { on: 'list', breaks: ['S8'] },
    class extends WithDetachedTakes {
      override takeDetached(): Uint8Array {
        return new Uint8Array(0);
      }
    },
  ),
  brokenStore(
    'gives-zeros-for-a-detached-chunk',
    { on: 'list', breaks: ['S8'] },
    class extends WithDetachedTakes {
      override takeDetached(max: number): Uint8Array {
        return new Uint8Array(max);
      }
    },
  ),
  brokenStore(
    'throws-what-the-engine-throws-at-a-detached-chunk',
    { on: 'list', breaks: ['S8'] },
    class extends WithDetachedTakes {
      override takeDetached(): Uint8Array {
        throw new TypeError('Cannot perform %TypedArray%.prototype.slice on a detached ArrayBuffer');
      }
    },
  ),
  brokenStore(
    'reports-a-detached-chunk-of-which-nothing-is-lost',
    { on: 'growing', breaks: ['S8'] },
    class extends GrowingStore {
      /** The last large chunk that was given, and where it ends in the stream. */
      given: { readonly chunk: WeakRef<Uint8Array>; readonly end: number } | null = null;
      written = 0;

      override put(chunk: Uint8Array, owned: boolean): number {
        this.written += chunk.length;
        const isSteady = chunk.buffer instanceof ArrayBuffer && !chunk.buffer.resizable;
        if (owned && isSteady && chunk.length > 1000)
          this.given = { chunk: new WeakRef(chunk), end: this.written };
        return super.put(chunk, owned);
      }

      override peek(min?: number): Uint8Array {
        this.report();
        return super.peek(min);
      }

      override take(max?: number): Uint8Array {
        this.report();
        return super.take(max);
      }

      override takeInto(target: Uint8Array): number {
        this.report();
        return super.takeInto(target);
      }

      /** Once everything that was copied of the chunk is out. */
      report(): void {
        if (this.given === null || this.written - this.size < this.given.end) return;
        const chunk = this.given.chunk.deref();
        this.given = null;
        if (chunk?.length === 0)
          throw Object.assign(new Error('A chunk was detached'), { code: 'ERR_PIPE_DETACHED' });
      }
    },
  ),
  brokenStore(
    'gives-clamped-bytes',
    { on: 'growing', breaks: ['S1'] },
    class extends GrowingStore {
      override take(max?: number): Uint8Array {
        return new Uint8ClampedArray(super.take(max)) as unknown as Uint8Array;
      }
    },
  ),
  brokenStore(
    'lends-a-list-of-numbers',
    { on: 'growing', breaks: ['S1'] },
    class extends GrowingStore {
      override peek(min?: number): Uint8Array {
        return [...super.peek(min)] as unknown as Uint8Array;
      }
    },
  ),
  brokenStore(
    'cannot-be-made-without-options',
    { on: 'growing', breaks: ['S1'] },
    class extends GrowingStore {
      constructor(options?: StoreOptions) {
        super();
        if (options === undefined) throw new TypeError('There are no options');
      }
    },
  ),
  brokenStore(
    'wipes-what-it-has-copied',
    { on: 'growing', breaks: ['S2'] },
    class extends GrowingStore {
      override put(chunk: Uint8Array, owned: boolean): number {
        const taken = super.put(chunk, owned);
        if (!owned) chunk.fill(0);
        return taken;
      }
    },
  ),
];
