import type { PipeReader, PipeWriter } from '@millrace/core';
import { PlainPipe, pipeError } from '../pipes/plain-pipe.ts';
import { bodyClaims, brokenPipe } from './broken-subject.ts';
import type { BrokenSubject } from './broken-subject.ts';
import { WithAnotherReader } from './with-another-reader.ts';

type Iterator = AsyncIterableIterator<Uint8Array>;

/** A pipe whose iterators are changed before anybody gets them. */
abstract class WithOtherIterators extends PlainPipe {
  abstract changed(iterator: Iterator): Iterator;

  override iterate(take: () => Uint8Array, options?: { preventCancel?: boolean }): Iterator {
    return this.changed(super.iterate(take, options));
  }
}

/** A pipe whose iterators answer something else once they were left by `return()`. */
abstract class WithOtherAnswersAfterReturn extends WithOtherIterators {
  abstract afterReturn(last: Uint8Array): Promise<IteratorResult<Uint8Array>>;

  override changed(iterator: Iterator): Iterator {
    const next = iterator.next.bind(iterator);
    const leave = iterator.return?.bind(iterator);
    let last = new Uint8Array([0]);
    let hasLeft = false;
    iterator.next = async () => {
      if (hasLeft) return this.afterReturn(last);
      const result = await next();
      if (result.done !== true) last = new Uint8Array(result.value);
      return result;
    };
    iterator.return = async () => {
      hasLeft = true;
      await leave?.();
      return { done: true, value: undefined };
    };
    return iterator;
  }
}

/** Each is wrong in a way that one check of the suite notices, and nothing but that check. */
export const pipesThatOneCheckSees: readonly BrokenSubject[] = [
  brokenPipe(
    'answers-a-write-with-nothing',
    ['P9'],
    class extends PlainPipe {
      override writeAnswer(): boolean {
        return this.state === 'open' ? (undefined as unknown as boolean) : false;
      }
    },
    { claims: [...bodyClaims, 'P9'] },
  ),
  brokenPipe(
    'has-no-desired-size',
    ['P9'],
    class extends PlainPipe {
      override makeWriter(): PipeWriter {
        const size = (): number | null | undefined => (this.state === 'open' ? undefined : null);
        return Object.defineProperty(super.makeWriter(), 'desiredSize', { get: size });
      }
    },
  ),
  brokenPipe(
    'reads-more-than-the-most',
    ['P16'],
    class extends PlainPipe {
      override takeBytes(min: number): Uint8Array {
        return super.takeBytes(min, Number.POSITIVE_INFINITY);
      }
    },
  ),
  brokenPipe(
    'begins-with-an-empty-chunk',
    ['P8'],
    class extends PlainPipe {
      override takeBytes(min: number, max: number): Uint8Array {
        return this.delivered === 0 && this.state === 'open' ? new Uint8Array(0) : super.takeBytes(min, max);
      }
    },
    { claims: bodyClaims },
  ),
  brokenPipe(
    'next-goes-on-after-return',
    ['P2'],
    class extends WithOtherAnswersAfterReturn {
      override afterReturn(last: Uint8Array): Promise<IteratorResult<Uint8Array>> {
        return Promise.resolve({ done: false, value: last });
      }
    },
    { claims: [...bodyClaims, 'P13'] },
  ),
  brokenPipe(
    'throws-at-every-next',
    ['P2'],
    class extends WithOtherIterators {
      override changed(iterator: Iterator): Iterator {
        const next = iterator.next.bind(iterator);
        iterator.next = () =>
          this.state === 'failed' && this.size === 0 ? Promise.reject(this.reason) : next();
        return iterator;
      }
    },
    { claims: bodyClaims },
  ),
  brokenPipe(
    'next-rejects-after-return',
    ['P7'],
    class extends WithOtherAnswersAfterReturn {
      override afterReturn(): Promise<IteratorResult<Uint8Array>> {
        return Promise.reject(pipeError('ERR_PIPE_CANCELLED'));
      }
    },
    { claims: [...bodyClaims, 'P7', 'P13'] },
  ),
  brokenPipe(
    'rejects-with-another-error',
    ['P2'],
    class extends PlainPipe {
      override terminal(): null {
        if (this.state === 'failed') throw new Error('the body failed');
        return super.terminal();
      }
    },
    { claims: bodyClaims },
  ),
  brokenPipe(
    'tells-the-source-twice-and-decides-late',
    ['P13'],
    class extends PlainPipe {
      override tellCancel(reason: unknown): void {
        super.tellCancel(reason);
        super.tellCancel(reason);
      }
    },
    { claims: [...bodyClaims, 'P13'] },
  ),
  brokenPipe(
    'tells-the-source-another-reason',
    ['P13'],
    class extends PlainPipe {
      override tellCancel(): void {
        super.tellCancel(new Error('the reader has left'));
      }
    },
  ),
  brokenPipe(
    'resumes-a-source-that-threw',
    ['P12'],
    class extends PlainPipe {
      override tellPressure(): void {
        const isPausing = this.paused;
        super.tellPressure();
        if (this.hookThrew && isPausing) this.options.source?.resume?.();
      }
    },
  ),
  brokenPipe(
    'return-answers-without-a-promise',
    ['P7'],
    class extends WithOtherIterators {
      override changed(iterator: Iterator): Iterator {
        const leave = iterator.return?.bind(iterator);
        iterator.return = () => {
          void leave?.();
          return { done: true, value: undefined } as unknown as Promise<IteratorResult<Uint8Array>>;
        };
        return iterator;
      }
    },
  ),
  brokenPipe(
    'read-answers-without-a-promise',
    ['P7'],
    class extends WithAnotherReader {
      override changed(reader: PipeReader): Partial<PipeReader> {
        const ready = { then: undefined } as unknown as Promise<Uint8Array | null>;
        return {
          read: (options) => (this.state === 'ended' && this.size === 0 ? ready : reader.read(options)),
        };
      }
    },
  ),
  brokenPipe(
    'read-answers-an-array',
    ['P1'],
    class extends WithAnotherReader {
      override changed(reader: PipeReader): Partial<PipeReader> {
        return {
          read: async (options) => {
            const bytes = await reader.read(options);
            return bytes && ([...bytes] as unknown as Uint8Array);
          },
        };
      }
    },
  ),
  brokenPipe(
    'read-into-says-more-than-there-is-room-for',
    ['P16'],
    class extends WithAnotherReader {
      override changed(reader: PipeReader): Partial<PipeReader> {
        return {
          readInto: async (target, options) => {
            const count = await reader.readInto(target, options);
            return count === target.length ? count + 1 : count;
          },
        };
      }
    },
  ),
  brokenPipe(
    'return-rejects-in-a-failed-pipe',
    ['P13'],
    class extends WithOtherIterators {
      override changed(iterator: Iterator): Iterator {
        const leave = iterator.return?.bind(iterator);
        iterator.return = async () => {
          const { state, reason } = this;
          await leave?.();
          if (state === 'failed') throw reason;
          return { done: true, value: undefined };
        };
        return iterator;
      }
    },
  ),
  brokenPipe(
    'a-second-read-throws',
    ['P14'],
    class extends PlainPipe {
      override request(
        min: number,
        owner: unknown,
        take: () => unknown,
        signal?: AbortSignal,
      ): Promise<unknown> {
        if (owner === null && this.waits.length > 0) throw pipeError('ERR_PIPE_BUSY');
        return super.request(min, owner, take, signal);
      }
    },
  ),
  brokenPipe(
    'consume-leaves-one-of-what-was-lent',
    ['P16'],
    class extends PlainPipe {
      override consume(count: number): void {
        if (count > 0 && count === this.lent) throw pipeError('ERR_PIPE_STATE');
        super.consume(count);
      }
    },
  ),
  brokenPipe(
    'wipes-what-it-has-given',
    ['P1'],
    class extends PlainPipe {
      override takeBytes(min: number, max: number): Uint8Array {
        const bytes = super.takeBytes(min, max);
        void this.wipe(bytes);
        return bytes;
      }

      /** Once whoever got it has had time to look at it. */
      async wipe(bytes: Uint8Array): Promise<void> {
        for (let turns = 0; turns < 8; turns += 1) await Promise.resolve();
        bytes.fill(0);
      }
    },
  ),
  brokenPipe(
    'an-abandoned-wait-takes-a-byte-unseen',
    ['P1', 'P2', 'P6', 'P7'],
    class extends PlainPipe {
      hasLost = false;

      override request(
        min: number,
        owner: unknown,
        take: () => unknown,
        signal?: AbortSignal,
      ): Promise<unknown> {
        signal?.addEventListener('abort', () => (this.hasLost = true));
        return super.request(min, owner, take, signal);
      }

      override put(chunk: Uint8Array, owned: boolean): void {
        super.put(chunk, owned);
        if (this.hasLost && this.size > 1) this.removeBytes(1);
        this.hasLost = false;
      }
    },
    {
      claims: [...bodyClaims, 'P7', 'P10'],
      supports: ['read', 'read-signal', 'fail', 'any-reason', 'cancel', 'return', 'codes'],
    },
  ),
];
