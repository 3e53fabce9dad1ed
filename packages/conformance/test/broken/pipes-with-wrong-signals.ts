import { PlainPipe } from '../pipes/plain-pipe.ts';
import type { Wait } from '../pipes/plain-pipe.ts';
import { brokenPipe } from './broken-subject.ts';
import type { BrokenSubject } from './broken-subject.ts';

/** The signal of one call is looked at too seldom, or leaves something behind. */
export const pipesWithWrongSignals: readonly BrokenSubject[] = [
  brokenPipe(
    'an-abandoned-wait-takes-bytes',
    ['P1', 'P7'],
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
];
