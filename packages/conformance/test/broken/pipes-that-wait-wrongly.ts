import { PlainPipe } from '../pipes/plain-pipe.ts';
import type { Wait } from '../pipes/plain-pipe.ts';
import { brokenPipe } from './broken-subject.ts';
import type { BrokenSubject } from './broken-subject.ts';

/** A call that waits is forgotten, answered late, or answered out of turn. */
export const pipesThatWaitWrongly: readonly BrokenSubject[] = [
  brokenPipe(
    'a-write-wakes-nobody',
    ['P5', 'P6', 'P7', 'P9', 'P12'],
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
    ['P6', 'P7'],
    class extends PlainPipe {
      override end(): void {
        if (this.state === 'open' && this.waits.length > 0) this.state = 'ended';
        else super.end();
      }
    },
  ),
  brokenPipe(
    'a-failure-wakes-nobody',
    ['P6', 'P7'],
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
    ['P7'],
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
    ['P6'],
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
    'a-second-read-of-the-end-waits',
    ['P6', 'P7', 'P16'],
    class extends PlainPipe {
      hasEnded = false;

      override canAnswer(min: number): boolean {
        return super.canAnswer(min) && !(this.hasEnded && this.size === 0);
      }

      override terminal(): null {
        this.hasEnded = this.state === 'ended';
        return super.terminal();
      }
    },
  ),
  brokenPipe(
    'return-leaves-next-waiting',
    ['P6'],
    class extends PlainPipe {
      override answer(wait: Wait): void {
        const hasLeft = (wait.owner as { isDone: boolean } | null)?.isDone === true;
        if (!hasLeft || this.state !== 'open') super.answer(wait);
      }
    },
  ),
];
