import { PlainPipe } from '../pipes/plain-pipe.ts';
import type { Wait } from '../pipes/plain-pipe.ts';
import { brokenPipe } from './broken-subject.ts';
import type { BrokenSubject } from './broken-subject.ts';

/** The signal of one call is looked at too seldom, or leaves something behind. */
export const pipesWithWrongSignals: readonly BrokenSubject[] = [
  brokenPipe(
    'an-abandoned-wait-takes-bytes',
    ['P1', 'P5', 'P7'],
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
    'an-answered-call-gives-up-the-next-one',
    ['P6'],
    class extends PlainPipe {
      override request(
        min: number,
        owner: unknown,
        take: () => unknown,
        signal?: AbortSignal,
      ): Promise<unknown> {
        const answer = super.request(min, owner, take, signal);
        const mine = this.waits.at(-1);
        if (signal === undefined || mine === undefined) return answer;
        const { forget } = mine;
        const giveUp = (): void => void (this.waits.includes(mine) || this.waits.shift());
        signal.addEventListener('abort', giveUp);
        mine.forget = () => {
          forget();
          void Promise.resolve().then(() => signal.removeEventListener('abort', giveUp));
        };
        return answer;
      }
    },
  ),
];
