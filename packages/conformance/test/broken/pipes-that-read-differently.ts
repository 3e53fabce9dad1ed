import { PlainPipe } from '../pipes/plain-pipe.ts';
import { brokenPipe } from './broken-subject.ts';
import type { BrokenSubject } from './broken-subject.ts';

/** One way to read does not agree with the others. */
export const pipesThatReadDifferently: readonly BrokenSubject[] = [
  brokenPipe(
    'try-read-steals-from-a-waiting-read',
    ['P16'],
    class extends PlainPipe {
      override tryNow(take: () => Uint8Array, min: number): Uint8Array | null | undefined {
        return this.waits.length > 0 && this.size > 0 ? this.bytesOrEnd(take) : super.tryNow(take, min);
      }
    },
  ),
  brokenPipe(
    'read-into-leaves-the-last-byte',
    ['P16'],
    class extends PlainPipe {
      override readInto(target: Uint8Array): number {
        const bytes = new Uint8Array(this.lendBytes(1).subarray(0, target.length));
        const count = super.readInto(target);
        target.set(bytes.subarray(0, count));
        if (count > 1) this.overflow.unshift(...target.subarray(count - 1, count));
        return count;
      }
    },
  ),
  brokenPipe(
    'consumes-more-than-was-lent',
    ['P16'],
    class extends PlainPipe {
      override consume(count: number): void {
        this.lent = Math.max(this.lent, count);
        super.consume(count);
      }
    },
  ),
  brokenPipe(
    'a-view-is-delivered-again',
    ['P16'],
    class extends PlainPipe {
      override endLoan(): void {
        this.viewed = Math.max(0, this.viewed - 1);
        super.endLoan();
      }
    },
  ),
  brokenPipe(
    'overstates-the-least-length',
    ['P5', 'P9', 'P11', 'P12', 'P16'],
    class extends PlainPipe {
      override canAnswer(min: number): boolean {
        return super.canAnswer(Math.min(min, 2));
      }
    },
  ),
  brokenPipe(
    'a-write-changes-what-was-lent',
    ['P16'],
    class extends PlainPipe {
      shown = new Uint8Array(0);

      override tryNow(take: () => Uint8Array, min: number): Uint8Array | null | undefined {
        const bytes = super.tryNow(take, min);
        if (this.lent === 0 || !bytes) return bytes;
        this.shown = new Uint8Array(bytes);
        return this.shown;
      }

      override put(chunk: Uint8Array, owned: boolean): void {
        this.shown.fill(0xee);
        super.put(chunk, owned);
      }
    },
  ),
];
