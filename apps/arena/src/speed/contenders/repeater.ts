import { Repeater } from '@repeaterjs/repeater';
import type { Push, Stop } from '@repeaterjs/repeater';
import { forAwait } from '../consume/for-await.ts';
import type { SpeedContender } from '../contender.ts';

interface Body {
  readonly chunks: AsyncIterable<Uint8Array>;
  push: Push<Uint8Array>;
  stop: Stop;
}

/** A repeater holds 1024 values and throws at the next one, so it is held back from outside. */
export function makeContender(): SpeedContender<Body> {
  return {
    open() {
      // A repeater starts with its first next(): what is written before that is kept, as a user has to.
      const early: Uint8Array[] = [];
      let hasEnded = false;
      const body: Body = {
        chunks: new Repeater<Uint8Array>((push, stop) => {
          for (const chunk of early) void push(chunk);
          [body.push, body.stop] = [push, stop];
          if (hasEnded) stop();
        }),
        push: ((chunk: Uint8Array) => void early.push(chunk)) as unknown as Push<Uint8Array>,
        stop: (() => (hasEnded = true)) as unknown as Stop,
      };
      return body;
    },
    write(body, chunk) {
      void body.push(chunk);
      return true;
    },
    end: (body) => body.stop(),
    hasSignals: false,
    chunksOf: ({ chunks }) => chunks,
    // Nothing that takes the whole body at once: nobody could hold the producer back.
    consume: { 'for-await': ({ chunks }, take) => forAwait(chunks, take) },
  };
}
