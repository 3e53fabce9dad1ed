import type { PipeSummary } from '@millrace/core';
import { PlainPipe } from '../pipes/plain-pipe.ts';
import { brokenPipe } from './broken-subject.ts';
import type { BrokenSubject } from './broken-subject.ts';

const scratch = new Uint8Array(1024);
let lastGiven: { by: PlainPipe | null; bytes: Uint8Array } = { by: null, bytes: new Uint8Array(0) };

let justFailed: unknown = null;

/** Bytes are lost, repeated, made up, or told apart by how they are read. */
export const pipesWithWrongBytes: readonly BrokenSubject[] = [
  brokenPipe(
    'end-forgets-what-is-queued',
    ['P1', 'P5', 'P16'],
    class extends PlainPipe {
      override end(): void {
        super.end();
        if (this.state === 'ended' && this.size > 2) this.delivered += this.takeBytes(1, 1).length - 1;
      }
    },
  ),
  brokenPipe(
    'delivers-a-byte-twice',
    ['P1'],
    class extends PlainPipe {
      #last = new Uint8Array(0);

      override takeBytes(min: number, max: number): Uint8Array {
        const bytes = super.takeBytes(min, max);
        if (this.#last.length > 1 && bytes.length > 0) bytes[0] = this.#last[0] ?? 0;
        this.#last = new Uint8Array(bytes);
        return bytes;
      }
    },
  ),
  brokenPipe(
    'gives-one-scratch-each-time',
    ['P1'],
    class extends PlainPipe {
      override takeBytes(min: number, max: number): Uint8Array {
        const bytes = super.takeBytes(min, max);
        scratch.set(bytes);
        return scratch.subarray(0, bytes.length);
      }
    },
  ),
  brokenPipe(
    'delivers-an-empty-chunk',
    ['P8'],
    class extends PlainPipe {
      override write(chunk: Uint8Array, owned: boolean): boolean {
        const [wait] = this.waits;
        if (chunk.length === 0 && wait !== undefined && wait.owner === null) {
          this.waits.shift();
          wait.resolve(new Uint8Array(0));
        }
        return super.write(chunk, owned);
      }
    },
  ),
  brokenPipe(
    'an-empty-write-is-the-end',
    ['P8'],
    class extends PlainPipe {
      override write(chunk: Uint8Array, owned: boolean): boolean {
        this.requireChunk(chunk);
        if (chunk.length === 0) this.end();
        return this.state === 'ended' ? false : super.write(chunk, owned);
      }
    },
  ),
  brokenPipe(
    'the-summary-miscounts',
    ['P1'],
    class extends PlainPipe {
      override summary(): PipeSummary {
        return { ...super.summary(), discarded: 0 };
      }
    },
  ),
  brokenPipe(
    'two-pipes-share-a-buffer',
    ['P18'],
    class extends PlainPipe {
      override takeBytes(min: number, max: number): Uint8Array {
        const bytes = super.takeBytes(min, max);
        const isOthers =
          lastGiven.by !== null && lastGiven.by !== this && lastGiven.bytes.length === bytes.length;
        if (isOthers) lastGiven.bytes.set(bytes);
        const given = isOthers ? lastGiven.bytes : bytes;
        lastGiven = { by: this, bytes: given };
        return given;
      }
    },
  ),
  brokenPipe(
    'a-failure-beside-another-wakes-nobody',
    ['P18'],
    class extends PlainPipe {
      override fail(reason: unknown): void {
        const isFirst = justFailed === null || justFailed === this.reader;
        justFailed ??= this.reader;
        void Promise.resolve().then(() => (justFailed = null));
        const { waits } = this;
        if (!isFirst) this.waits = [];
        super.fail(reason);
        if (!isFirst) this.waits = waits;
      }
    },
  ),
];
