import type { CreatePipe, PipeFeature } from '@millrace/conformance';
import { Repeater } from '@repeaterjs/repeater';
import type { Push, Stop } from '@repeaterjs/repeater';
import type { Claims } from '../contender.ts';
import { foreignPipe } from '../foreign-pipe.ts';

const docs = 'https://repeater.js.org/docs';

export const claims: Claims = {
  P1: `${docs}/overview#creating-repeaters`,
  P2: `${docs}/error_handling#1-calling-stop-with-an-error`,
  P3: `${docs}/error_handling#1-calling-stop-with-an-error`,
  P4: `${docs}/error_handling#1-calling-stop-with-an-error`,
  P6: `${docs}/overview#what-are-repeaters`,
  P7: `${docs}/overview#what-are-repeaters`,
  P13: `${docs}/repeater#the-stop-argument`,
  P14: `${docs}/repeater#the-push-argument`,
};

export const supports: readonly PipeFeature[] = ['fail', 'return'];

export const createPipe: CreatePipe = (_strategy, options) =>
  foreignPipe(options, (tellSource) => {
    let push!: Push<Uint8Array>;
    let stop!: Stop;
    const repeater = new Repeater<Uint8Array>(async (givenPush, givenStop) => {
      [push, stop] = [givenPush, givenStop];
      await givenStop;
      tellSource();
    });
    // A repeater starts with its first next(), which is called here and answered to whoever calls the next one.
    let first: Promise<IteratorResult<Uint8Array>> | undefined = repeater.next();
    first.catch(() => undefined);
    return {
      write(chunk) {
        void push(chunk);
        return true;
      },
      end: () => stop(),
      fail: (reason) => stop(reason),
      values: () => ({
        next() {
          const result = first ?? repeater.next();
          first = undefined;
          return result;
        },
        return: () => repeater.return(),
      }),
    };
  });
