import { pushable } from 'it-pushable';
import type { Pushable } from 'it-pushable';
import type { SpeedContender } from '../contender.ts';

/** It says how much it holds and when it is empty, and no more, so it is held back from outside. */
export function makeContender(): SpeedContender<Pushable<Uint8Array>> {
  return {
    open: () => pushable(),
    write(queue, chunk) {
      queue.push(chunk);
      return true;
    },
    end: (queue) => void queue.end(),
    hasSignals: false,
    chunksOf: (queue) => queue,
  };
}
