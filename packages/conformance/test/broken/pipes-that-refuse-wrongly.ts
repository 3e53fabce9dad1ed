import type { PipeOptions, PipeReader } from '@millrace/core';
import { PlainPipe, pipeError } from '../pipes/plain-pipe.ts';
import { bodyClaims, brokenPipe } from './broken-subject.ts';
import type { BrokenSubject } from './broken-subject.ts';
import { WithAnotherReader } from './with-another-reader.ts';

type Iterator = AsyncIterableIterator<Uint8Array>;

const codeOf = (error: unknown): unknown => (error as { readonly code?: unknown }).code;

/** A pipe that refuses wrong ranges in other words. */
function refusingRangesWith(reword: (error: unknown) => unknown): typeof PlainPipe {
  return class extends PlainPipe {
    override requireRange(min: number, max?: number): void {
      try {
        super.requireRange(min, max);
      } catch (error) {
        throw reword(error);
      }
    }
  };
}

/** A pipe to which something happens when it refuses a read. */
function changedByRefusedReads(change: (pipe: PlainPipe, error: unknown) => void): typeof PlainPipe {
  return class extends PlainPipe {
    override checked(check: () => void, call: () => Promise<unknown>): Promise<unknown> {
      try {
        check();
      } catch (error) {
        change(this, error);
      }
      return super.checked(check, call);
    }
  };
}

/** What the caller has got wrong is taken, refused in the wrong way, or changes something; and waits given up wrongly. */
export const pipesThatRefuseWrongly: readonly BrokenSubject[] = [
  brokenPipe(
    'takes-any-range',
    ['P6', 'P7', 'P9', 'P11', 'P16'],
    class extends PlainPipe {
      override requireRange(): void {
        return undefined;
      }
    },
  ),
  brokenPipe(
    'takes-less-than-the-least-for-the-most',
    ['P6', 'P7', 'P16'],
    class extends PlainPipe {
      override requireRange(min: number, max?: number): void {
        super.requireRange(min);
        if (max !== undefined) super.requireRange(1, max);
      }
    },
  ),
  brokenPipe(
    'names-the-limit-and-not-the-value',
    ['P16'],
    refusingRangesWith((error) =>
      pipeError(String(codeOf(error)), { limit: (error as { readonly limit?: unknown }).limit }),
    ),
  ),
  brokenPipe(
    'refuses-a-range-with-another-code',
    ['P16'],
    refusingRangesWith(() => pipeError('ERR_PIPE_STATE')),
  ),
  brokenPipe(
    'names-the-value-and-not-the-limit',
    ['P16'],
    refusingRangesWith((error) =>
      pipeError(String(codeOf(error)), { value: (error as { readonly value?: unknown }).value }),
    ),
  ),
  brokenPipe(
    'throws-at-a-wrong-range-instead-of-rejecting',
    ['P14'],
    class extends PlainPipe {
      override checked(check: () => void, call: () => Promise<unknown>): Promise<unknown> {
        check();
        return call();
      }
    },
  ),
  brokenPipe(
    'a-refused-read-takes-a-byte',
    ['P1'],
    changedByRefusedReads((pipe) => {
      if (pipe.size > 1) pipe.takeBytes(1, 1);
    }),
  ),
  brokenPipe(
    'a-refused-read-fails-the-pipe',
    ['P9'],
    changedByRefusedReads((pipe, error) => {
      pipe.fail(error);
    }),
  ),
  brokenPipe(
    'takes-what-is-no-chunk-for-an-empty-one',
    ['P14'],
    class extends PlainPipe {
      override write(chunk: unknown, owned: boolean): boolean {
        return super.write(chunk instanceof Uint8Array ? chunk : new Uint8Array(0), owned);
      }
    },
  ),
  brokenPipe(
    'takes-a-detached-chunk-for-an-empty-one',
    ['P14'],
    class extends PlainPipe {
      override requireChunk(chunk: unknown): void {
        if (!(chunk instanceof Uint8Array)) super.requireChunk(chunk);
      }
    },
  ),
  brokenPipe(
    'fails-at-what-is-no-chunk',
    ['P9'],
    class extends PlainPipe {
      override requireChunk(chunk: unknown): void {
        try {
          super.requireChunk(chunk);
        } catch (error) {
          this.fail(error);
          throw error;
        }
      }
    },
  ),
  brokenPipe(
    'waits-for-more-than-can-ever-be-there',
    ['P6'],
    class extends PlainPipe {
      override refuseWait(): Promise<unknown> {
        return new Promise(() => undefined);
      }
    },
  ),
  brokenPipe(
    'a-wait-for-too-much-fails-the-pipe',
    ['P9'],
    class extends PlainPipe {
      override refuseWait(value: number, limit: number): Promise<unknown> {
        const refused = super.refuseWait(value, limit);
        refused.catch((error: unknown) => this.fail(error));
        return refused;
      }
    },
  ),
  brokenPipe(
    'refuses-a-wait-without-naming-the-limit',
    ['P7'],
    class extends PlainPipe {
      override refuseWait(): Promise<unknown> {
        return Promise.reject(pipeError('ERR_PIPE_OVERFLOW'));
      }
    },
  ),
  brokenPipe(
    'says-nothing-of-the-lengths',
    ['P15'],
    class extends PlainPipe {
      override lengthMismatch(): Error {
        return pipeError('ERR_PIPE_LENGTH_MISMATCH');
      }
    },
  ),
  brokenPipe(
    'says-nothing-of-the-limit',
    ['P10'],
    class extends PlainPipe {
      override excess(length: number): Error | null {
        const error = super.excess(length);
        const code = error === null ? null : codeOf(error);
        return code === 'ERR_PIPE_OVERFLOW' || code === 'ERR_PIPE_TOO_LARGE' ? pipeError(code) : error;
      }
    },
  ),
  brokenPipe(
    'takes-half-a-byte-for-a-length',
    ['P15'],
    class extends PlainPipe {
      override requireOptions({ expectedBytes = 0, ...options }: PipeOptions): void {
        super.requireOptions({ ...options, expectedBytes: Math.max(0, Math.ceil(expectedBytes)) });
      }
    },
  ),
  brokenPipe(
    'takes-marks-that-cross',
    ['P11'],
    class extends PlainPipe {
      override requireOptions({ lowWaterMark = 0, highWaterMark = 65_536, ...options }: PipeOptions): void {
        const low = lowWaterMark >= highWaterMark && highWaterMark > 0 ? 0 : lowWaterMark;
        super.requireOptions({ ...options, highWaterMark, lowWaterMark: low });
      }
    },
  ),
  brokenPipe(
    'takes-a-limit-below-nothing',
    ['P10'],
    class extends PlainPipe {
      override requireOptions({ maxBuffered = 0, ...options }: PipeOptions): void {
        super.requireOptions({ ...options, maxBuffered: Math.max(0, maxBuffered) });
      }
    },
  ),
  brokenPipe(
    'knows-no-limit-but-a-number',
    ['P10'],
    class extends PlainPipe {
      override requireOptions(options: PipeOptions): void {
        super.requireOptions(options);
        if (options.maxBytes === Infinity) throw pipeError('ERR_PIPE_ARGUMENT', { value: Infinity });
      }
    },
  ),
  brokenPipe(
    'cancels-where-it-was-told-not-to',
    ['P2', 'P9'],
    class extends PlainPipe {
      override iterate(take: () => Uint8Array): Iterator {
        return super.iterate(take, {});
      }
    },
  ),
  brokenPipe(
    'leaves-the-views-and-not-the-pipe',
    ['P13'],
    class extends WithAnotherReader {
      override changed(): Partial<PipeReader> {
        return { views: () => this.iterate(() => this.view(), { preventCancel: true }) };
      }
    },
  ),
  brokenPipe(
    'for-await-leaves-the-pipe-as-it-is',
    ['P9', 'P13'],
    class extends WithAnotherReader {
      override changed(reader: PipeReader): Partial<PipeReader> {
        return { [Symbol.asyncIterator]: () => reader.values({ preventCancel: true }) };
      }
    },
  ),
  brokenPipe(
    'a-peek-has-no-signal',
    ['P6'],
    class extends WithAnotherReader {
      override changed(reader: PipeReader): Partial<PipeReader> {
        return {
          peek: (min, { signal } = {}) => reader.peek(min, signal?.aborted === true ? { signal } : {}),
        };
      }
    },
  ),
  brokenPipe(
    'read-into-looks-at-no-signal-that-has-fired',
    ['P6', 'P7'],
    class extends WithAnotherReader {
      override changed(reader: PipeReader): Partial<PipeReader> {
        return {
          readInto: (target, { signal, ...options } = {}) =>
            reader.readInto(
              target,
              signal === undefined || signal.aborted ? options : { ...options, signal },
            ),
        };
      }
    },
  ),
  brokenPipe(
    'read-into-knows-no-least',
    ['P5', 'P16'],
    class extends WithAnotherReader {
      override changed(reader: PipeReader): Partial<PipeReader> {
        return {
          readInto: (target, { min, ...options } = {}) =>
            reader.readInto(
              target,
              min === undefined || min === target.length ? options : { ...options, min },
            ),
        };
      }
    },
  ),
  brokenPipe(
    'read-forgets-the-most-beside-the-least',
    ['P16'],
    class extends WithAnotherReader {
      override changed(reader: PipeReader): Partial<PipeReader> {
        return {
          read: (options = {}) => {
            const { min, max, ...rest } = options;
            const isOrdered = min !== undefined && max !== undefined && max >= min && min > 0;
            return isOrdered ? reader.read({ ...rest, min }) : reader.read(options);
          },
        };
      }
    },
  ),
  brokenPipe(
    'a-signal-that-fired-before-goes-unseen',
    ['P13'],
    class extends PlainPipe {
      constructor(...[strategy, { signal, ...options } = {}]: ConstructorParameters<typeof PlainPipe>) {
        super(strategy, signal === undefined || signal.aborted ? options : { ...options, signal });
      }
    },
  ),
  brokenPipe(
    'takes-a-falsy-reason-for-none',
    ['P13'],
    class extends PlainPipe {
      override cancel(reason?: unknown): void {
        super.cancel(reason ? reason : undefined);
      }
    },
  ),
  brokenPipe(
    'ends-for-everybody-who-comes-after-the-failure',
    ['P3'],
    class extends PlainPipe {
      iterationsOver = 0;

      override iterate(take: () => Uint8Array, options?: { preventCancel?: boolean }): Iterator {
        const iterator = super.iterate(take, options);
        const next = iterator.next.bind(iterator);
        const isLate = (): boolean => this.iterationsOver > 0 && this.state === 'failed' && this.size === 0;
        const wasLate = isLate();
        iterator.next = async () => {
          if (wasLate) return { done: true, value: undefined };
          try {
            return await next();
          } catch (error) {
            if (codeOf(error ?? {}) === undefined) this.iterationsOver += 1;
            throw error;
          }
        };
        return iterator;
      }
    },
    { claims: bodyClaims },
  ),
  brokenPipe(
    'keeps-what-it-was-to-copy',
    ['P1'],
    class extends PlainPipe {
      override put(chunk: Uint8Array, owned: boolean): void {
        super.put(chunk, owned);
        if (!owned) chunk.fill(0);
      }
    },
  ),
];
