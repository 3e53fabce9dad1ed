import type { PipeReader } from '@millrace/core';
import { PlainPipe, pipeError } from '../pipes/plain-pipe.ts';
import { brokenPipe } from './broken-subject.ts';
import type { BrokenSubject } from './broken-subject.ts';

/** The source is told too early, too often, or not at all. */
export const pipesWithWrongHooks: readonly BrokenSubject[] = [
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
      override makeReader(): PipeReader {
        const size = (): number => (this.state === 'cancelled' ? this.discarded : this.size);
        return Object.defineProperty(super.makeReader(), 'size', { get: size });
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
    'throw-resolves',
    ['P13'],
    class extends PlainPipe {
      override iterate(
        take: () => Uint8Array,
        options?: { preventCancel?: boolean },
      ): AsyncIterableIterator<Uint8Array> {
        const iterator = super.iterate(take, options);
        const leave = iterator.throw?.bind(iterator);
        iterator.throw = async (reason?: unknown) => {
          await leave?.(reason).catch(() => undefined);
          return { done: true, value: undefined };
        };
        return iterator;
      }
    },
  ),
  brokenPipe(
    'tells-to-pause-before-the-chunk-is-stored',
    ['P12', 'P13'],
    class extends PlainPipe {
      override put(chunk: Uint8Array, owned: boolean): void {
        if (!this.toldPaused && this.waits.length === 0 && chunk.length >= this.high) {
          this.paused = true;
          this.tellPressure();
        }
        super.put(chunk, owned);
      }
    },
  ),
  brokenPipe(
    'keeps-the-bytes-when-the-cancel-hook-throws',
    ['P13'],
    class extends PlainPipe {
      override makeReader(): PipeReader {
        const size = (): number => (this.hookError === undefined ? this.size : this.discarded);
        return Object.defineProperty(super.makeReader(), 'size', { get: size });
      }
    },
  ),
];
