import { GrowingStore } from '../stores/growing-store.ts';
import { ListStore } from '../stores/list-store.ts';
import { brokenStore } from './broken-subject.ts';
import type { BrokenSubject } from './broken-subject.ts';

/** Memory that has been given back, or was never given, is used once more. */
export const storesThatKeep: readonly BrokenSubject[] = [
  brokenStore(
    'copies-one-call-late',
    { on: 'growing', breaks: ['S2'] },
    class extends GrowingStore {
      late: Uint8Array | null = null;

      override put(chunk: Uint8Array, owned: boolean): number {
        this.copyNow();
        super.put(chunk, owned);
        const isSteady = chunk.buffer instanceof ArrayBuffer && !chunk.buffer.resizable;
        if (!owned && isSteady) this.late = chunk;
        return chunk.length;
      }

      override peek(min?: number): Uint8Array {
        this.copyNow();
        return super.peek(min);
      }

      override take(max?: number): Uint8Array {
        this.copyNow();
        return super.take(max);
      }

      override takeInto(target: Uint8Array): number {
        this.copyNow();
        return super.takeInto(target);
      }

      override drop(count: number): void {
        this.copyNow();
        super.drop(count);
      }

      override clear(): void {
        this.late = null;
        super.clear();
      }

      copyNow(): void {
        if (this.late !== null) this.bytes.set(this.late, this.tail - this.late.length);
        this.late = null;
      }
    },
  ),
  brokenStore(
    'gives-an-array-of-the-same-length-again',
    { on: 'growing', breaks: ['S3'] },
    class extends GrowingStore {
      given = new Uint8Array(0);

      override take(max: number = this.size): Uint8Array {
        const count = Math.min(max, this.size);
        if (this.given.length !== count) this.given = new Uint8Array(count);
        const { given } = this;
        this.takeInto(given);
        return given;
      }

      override clear(): void {
        this.given = new Uint8Array(0);
        super.clear();
      }
    },
  ),
  brokenStore(
    'keeps-the-chunk-it-has-dropped',
    { on: 'list', breaks: ['S6'] },
    class extends ListStore {
      ghost: unknown = null;

      override drop(count: number): void {
        const part = this.parts[this.first];
        super.drop(count);
        this.ghost = part;
      }

      override clear(): void {
        this.ghost = null;
        super.clear();
      }
    },
  ),
];
