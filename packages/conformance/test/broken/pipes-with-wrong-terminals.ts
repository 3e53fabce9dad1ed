import type { PipeSummary } from '@millrace/core';
import { PlainPipe, pipeError } from '../pipes/plain-pipe.ts';
import { brokenPipe } from './broken-subject.ts';
import type { BrokenSubject } from './broken-subject.ts';

/** The end, a failure or a reason is not what the producer said. */
export const pipesWithWrongTerminals: readonly BrokenSubject[] = [
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
    ['P2'],
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
  brokenPipe(
    'an-end-overrides-a-failure',
    ['P3', 'P15'],
    class extends PlainPipe {
      override end(): void {
        if (this.state === 'failed' && this.size > 0) this.state = 'ended';
        super.end();
      }
    },
  ),
  brokenPipe(
    'the-end-looks-like-a-failure',
    ['P2', 'P4', 'P15'],
    class extends PlainPipe {
      override terminal(): null {
        if (this.state === 'ended') throw pipeError('ERR_PIPE_UNEXPECTED_END');
        return super.terminal();
      }
    },
  ),
  brokenPipe(
    'cancelling-looks-like-the-end',
    ['P2'],
    class extends PlainPipe {
      override terminal(): null {
        return this.state === 'cancelled' ? null : super.terminal();
      }
    },
  ),
  brokenPipe(
    'read-into-takes-a-failure-for-the-end',
    ['P3'],
    class extends PlainPipe {
      override readInto(target: Uint8Array): number {
        return this.size === 0 && this.state === 'failed' ? 0 : super.readInto(target);
      }
    },
  ),
  brokenPipe(
    'an-end-while-paused-throws',
    ['P14'],
    class extends PlainPipe {
      override end(): void {
        if (this.paused && this.state === 'open') {
          super.end();
          throw new Error('the end came while paused');
        }
        super.end();
      }
    },
  ),
  brokenPipe(
    'an-end-while-paused-is-forgotten',
    ['P9', 'P12'],
    class extends PlainPipe {
      override end(): void {
        if (!this.paused) super.end();
      }
    },
  ),
];
