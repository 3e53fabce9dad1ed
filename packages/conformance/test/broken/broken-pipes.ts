import type { PipeSummary } from '@millrace/core';
import { PlainPipe, pipeError } from '../pipes/plain-pipe.ts';
import type { Wait } from '../pipes/plain-pipe.ts';
import { brokenPipe } from './broken-subject.ts';
import type { BrokenSubject } from './broken-subject.ts';

const scratch = new Uint8Array(1024);
let lastGiven: { by: PlainPipe | null; bytes: Uint8Array } = { by: null, bytes: new Uint8Array(0) };

/** Pipes with one thing wrong. */
export const brokenPipes: readonly BrokenSubject[] = [
  // ── Bytes ─────────────────────────────────────────────────────────────────────────────────────────
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
    'gives-the-same-scratch-each-time',
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
    ['P5', 'P8', 'P12'],
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
    ['P5', 'P8', 'P9', 'P16'],
    class extends PlainPipe {
      override write(chunk: Uint8Array, owned: boolean): boolean {
        if (chunk.length === 0) this.end();
        return this.state === 'ended' ? false : super.write(chunk, owned);
      }
    },
  ),
  // ── Terminals ─────────────────────────────────────────────────────────────────────────────────────
  brokenPipe(
    'a-failure-looks-like-the-end',
    ['P3', 'P15'],
    class extends PlainPipe {
      override terminal(): null {
        return this.state === 'failed' ? null : super.terminal();
      }
    },
  ),
  brokenPipe(
    'a-falsy-failure-looks-like-the-end',
    ['P3'],
    class extends PlainPipe {
      override terminal(): null {
        return this.state === 'failed' && !this.reason ? null : super.terminal();
      }
    },
  ),
  brokenPipe(
    'a-failure-overtakes-bytes',
    ['P2', 'P5'],
    class extends PlainPipe {
      override bytesOrEnd(take: () => Uint8Array): Uint8Array | null {
        return this.state === 'failed' ? this.terminal() : super.bytesOrEnd(take);
      }
    },
  ),
  brokenPipe(
    'the-second-failure-wins',
    ['P2'],
    class extends PlainPipe {
      override fail(reason: unknown): void {
        if (this.state === 'failed' && this.size > 0) this.reason = reason;
        super.fail(reason);
      }
    },
  ),
  brokenPipe(
    'a-failure-overrides-the-end',
    ['P4'],
    class extends PlainPipe {
      override fail(reason: unknown): void {
        if (this.state === 'ended') {
          this.state = 'failed';
          this.reason = reason;
        }
        super.fail(reason);
      }
    },
  ),
  brokenPipe(
    'wraps-the-reason',
    ['P2'],
    class extends PlainPipe {
      override fail(reason: unknown): void {
        super.fail(reason instanceof Error ? new Error('wrapped', { cause: reason }) : reason);
      }
    },
  ),
  brokenPipe(
    'the-summary-forgets-the-reason',
    ['P2'],
    class extends PlainPipe {
      override summary(): PipeSummary {
        return { ...super.summary(), reason: undefined };
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
  // ── Waiting ───────────────────────────────────────────────────────────────────────────────────────
  brokenPipe(
    'decides-in-a-later-turn',
    ['P2', 'P5', 'P7', 'P9', 'P12'],
    class extends PlainPipe {
      override write(chunk: Uint8Array, owned: boolean): boolean {
        const { waits } = this;
        if (waits.length === 0) return super.write(chunk, owned);
        this.waits = [];
        const answer = super.write(chunk, owned);
        void Promise.resolve().then(() => {
          this.waits = [...waits, ...this.waits];
          this.settle();
        });
        return answer;
      }
    },
  ),
  brokenPipe(
    'a-write-wakes-nobody',
    ['P5', 'P6', 'P9', 'P12'],
    class extends PlainPipe {
      override write(chunk: Uint8Array, owned: boolean): boolean {
        const { waits } = this;
        this.waits = [];
        const answer = super.write(chunk, owned);
        this.waits = waits;
        return answer;
      }
    },
  ),
  brokenPipe(
    'an-end-wakes-nobody',
    ['P5', 'P6', 'P7'],
    class extends PlainPipe {
      override end(): void {
        if (this.state === 'open' && this.waits.length > 0) this.state = 'ended';
        else super.end();
      }
    },
  ),
  brokenPipe(
    'a-failure-wakes-nobody',
    ['P5', 'P6', 'P7'],
    class extends PlainPipe {
      override fail(reason: unknown): void {
        if (this.state !== 'open' || this.waits.length === 0) return super.fail(reason);
        this.state = 'failed';
        this.reason = reason;
      }
    },
  ),
  brokenPipe(
    'cancel-leaves-calls-waiting',
    ['P6'],
    class extends PlainPipe {
      override cancel(reason?: unknown): void {
        const { waits } = this;
        this.waits = [];
        super.cancel(reason);
        this.waits = waits;
      }
    },
  ),
  brokenPipe(
    'closed-never-settles-after-a-failure',
    ['P6'],
    class extends PlainPipe {
      override closeIfSettled(): void {
        if (this.state !== 'failed') super.closeIfSettled();
      }
    },
  ),
  brokenPipe(
    'ready-is-forgotten-when-the-reader-leaves',
    ['P6'],
    class extends PlainPipe {
      override cancel(reason?: unknown): void {
        this.readyWaits = [];
        super.cancel(reason);
      }
    },
  ),
  brokenPipe(
    'ready-says-yes-after-the-end',
    ['P11'],
    class extends PlainPipe {
      override ready(): Promise<boolean> {
        return this.state === 'open' ? super.ready() : Promise.resolve(true);
      }
    },
  ),
  brokenPipe(
    'last-call-first',
    ['P7'],
    class extends PlainPipe {
      override answerWaits(): void {
        if (this.state === 'open') this.waits.reverse();
        super.answerWaits();
        if (this.state === 'open') this.waits.reverse();
      }
    },
  ),
  brokenPipe(
    'one-place-for-a-waiting-call',
    ['P5', 'P7'],
    class extends PlainPipe {
      override request(
        min: number,
        owner: unknown,
        take: () => unknown,
        signal?: AbortSignal,
      ): Promise<unknown> {
        if (owner !== null && this.waits[0]?.owner === owner) this.waits = [];
        return super.request(min, owner, take, signal);
      }
    },
  ),
  brokenPipe(
    'queues-a-second-read',
    ['P5', 'P6'],
    class extends PlainPipe {
      override request(
        min: number,
        owner: unknown,
        take: () => unknown,
        signal?: AbortSignal,
      ): Promise<unknown> {
        return super.request(min, this.waits[0]?.owner ?? owner, take, signal);
      }
    },
  ),
  brokenPipe(
    'wakes-inside-a-wake',
    ['P7'],
    class extends PlainPipe {
      override wakeAndTell(): void {
        this.isWaking = false;
        super.wakeAndTell();
      }
    },
  ),
  brokenPipe(
    'an-abandoned-wait-takes-bytes',
    ['P1', 'P5', 'P6', 'P7', 'P12', 'P16'],
    class extends PlainPipe {
      override request(
        min: number,
        owner: unknown,
        take: () => unknown,
        signal?: AbortSignal,
      ): Promise<unknown> {
        if (signal === undefined || signal.aborted) return super.request(min, owner, take, signal);
        return new Promise((resolve, reject) => {
          const onAbort = (): void => reject(signal.reason);
          signal.addEventListener('abort', onAbort);
          super.request(min, owner, take).then(resolve, reject);
          void Promise.resolve().then(() => undefined);
          const [wait] = this.waits.slice(-1);
          if (wait === undefined) signal.removeEventListener('abort', onAbort);
          else wait.forget = () => signal.removeEventListener('abort', onAbort);
        });
      }
    },
  ),
  brokenPipe(
    'looks-at-the-signal-once',
    ['P5', 'P6'],
    class extends PlainPipe {
      override request(
        min: number,
        owner: unknown,
        take: () => unknown,
        signal?: AbortSignal,
      ): Promise<unknown> {
        return super.request(min, owner, take, signal?.aborted === true ? signal : undefined);
      }
    },
  ),
  brokenPipe(
    'leaves-its-abort-listener',
    ['P17'],
    class extends PlainPipe {
      override answer(wait: Wait): void {
        wait.forget = () => undefined;
        super.answer(wait);
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
  // ── Pressure ──────────────────────────────────────────────────────────────────────────────────────
  brokenPipe(
    'goes-on-while-paused',
    ['P9'],
    class extends PlainPipe {
      override writeAnswer(): boolean {
        return this.state === 'open';
      }
    },
  ),
  brokenPipe(
    'never-says-go-on',
    ['P9'],
    class extends PlainPipe {
      override writeAnswer(): boolean {
        return false;
      }
    },
  ),
  brokenPipe(
    'pauses-one-byte-late',
    ['P9'],
    class extends PlainPipe {
      override weigh(): void {
        const before = this.paused;
        super.weigh();
        if (this.paused && !before && this.cost === this.high) this.paused = false;
      }
    },
  ),
  brokenPipe(
    'never-resumes-by-itself',
    ['P9', 'P11'],
    class extends PlainPipe {
      override tellPressure(): void {
        if (this.paused) super.tellPressure();
        else this.toldPaused = false;
      }
    },
  ),
  brokenPipe(
    'resumes-without-having-paused',
    ['P11', 'P12'],
    class extends PlainPipe {
      override end(): void {
        this.options.source?.resume?.();
        super.end();
      }
    },
  ),
  brokenPipe(
    'stays-paused-while-a-reader-waits-for-more',
    ['P9', 'P11'],
    class extends PlainPipe {
      override weigh(): void {
        const { waits } = this;
        this.waits = [];
        super.weigh();
        this.waits = waits;
      }
    },
  ),
  brokenPipe(
    'has-no-limit',
    ['P10'],
    class extends PlainPipe {
      override excess(length: number): Error | null {
        const error = super.excess(length);
        return (error as { code?: string } | null)?.code === 'ERR_PIPE_OVERFLOW' ? null : error;
      }
    },
  ),
  brokenPipe(
    'holds-far-more-than-it-was-given',
    ['P10'],
    class extends PlainPipe {
      override get cost(): number {
        return super.cost > 0 ? super.cost + 100_000 : 0;
      }
    },
  ),
  brokenPipe(
    'ignores-the-limit-of-the-body',
    ['P10', 'P12'],
    class extends PlainPipe {
      override excess(length: number): Error | null {
        const error = super.excess(length);
        return (error as { code?: string } | null)?.code === 'ERR_PIPE_TOO_LARGE' ? null : error;
      }
    },
  ),
  // ── Hooks and leaving ─────────────────────────────────────────────────────────────────────────────
  brokenPipe(
    'tells-the-source-before-it-is-cancelled',
    ['P12'],
    class extends PlainPipe {
      override cancel(reason?: unknown): void {
        const isTelling = this.state === 'open';
        const why = reason === undefined ? pipeError('ERR_PIPE_CANCELLED') : reason;
        if (isTelling) super.tellCancel(why);
        super.cancel(why);
      }

      override tellCancel(reason: unknown): void {
        if (this.state !== 'cancelled') super.tellCancel(reason);
      }
    },
  ),
  brokenPipe(
    'lets-a-hook-throw-into-the-producer',
    ['P9', 'P14'],
    class extends PlainPipe {
      override tellPressure(): void {
        this.toldPaused = this.paused;
        this.isTelling = false;
        if (this.paused) this.options.source?.pause?.();
        else this.options.source?.resume?.();
        this.isTelling = true;
      }
    },
  ),
  brokenPipe(
    'forgets-what-the-cancel-hook-threw',
    ['P12'],
    class extends PlainPipe {
      override tellCancel(reason: unknown): void {
        super.tellCancel(reason);
        this.hookError = undefined;
      }
    },
  ),
  brokenPipe(
    'tells-the-source-nothing',
    ['P13'],
    class extends PlainPipe {
      override tellCancel(): void {
        return undefined;
      }
    },
  ),
  brokenPipe(
    'tells-the-source-twice',
    ['P13'],
    class extends PlainPipe {
      override tellCancel(reason: unknown): void {
        super.tellCancel(reason);
        super.tellCancel(reason);
      }
    },
  ),
  brokenPipe(
    'tells-a-source-that-has-ended',
    ['P13'],
    class extends PlainPipe {
      override cancel(reason?: unknown): void {
        const wasEnded = this.state === 'ended' && this.size > 0;
        super.cancel(reason);
        if (wasEnded) super.tellCancel(reason);
      }
    },
  ),
  brokenPipe(
    'keeps-the-bytes-of-a-reader-that-left',
    ['P13'],
    class extends PlainPipe {
      override get size(): number {
        return this.state === 'cancelled' ? this.discarded : super.size;
      }
    },
  ),
  brokenPipe(
    'throws-at-a-producer-whose-reader-left',
    ['P14'],
    class extends PlainPipe {
      override write(chunk: Uint8Array, owned: boolean): boolean {
        if (this.state === 'cancelled') throw new Error('nobody reads');
        return super.write(chunk, owned);
      }
    },
  ),
  brokenPipe(
    'takes-data-after-the-end',
    ['P9'],
    class extends PlainPipe {
      override write(chunk: Uint8Array, owned: boolean): boolean {
        return this.state === 'ended' ? true : super.write(chunk, owned);
      }
    },
  ),
  brokenPipe(
    'a-failure-nobody-asked-about',
    ['P14'],
    class extends PlainPipe {
      override fail(reason: unknown): void {
        if (this.state === 'open') void Promise.reject(reason);
        super.fail(reason);
      }
    },
  ),
  // ── Lengths and ways to read ──────────────────────────────────────────────────────────────────────
  brokenPipe(
    'takes-a-short-body-for-a-whole-one',
    ['P15'],
    class extends PlainPipe {
      override end(): void {
        if (this.state !== 'open' || this.options.expectedBytes === undefined) return super.end();
        this.state = 'ended';
        this.settle();
      }
    },
  ),
  brokenPipe(
    'takes-more-than-was-declared',
    ['P15'],
    class extends PlainPipe {
      override excess(length: number): Error | null {
        const error = super.excess(length);
        return (error as { code?: string } | null)?.code === 'ERR_PIPE_LENGTH_MISMATCH' ? null : error;
      }
    },
  ),
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
    ['P1', 'P5'],
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
    ['P16'],
    class extends PlainPipe {
      override canAnswer(min: number): boolean {
        return super.canAnswer(Math.min(min, 2));
      }
    },
  ),
];
