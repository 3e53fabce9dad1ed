import { queuelessPushable } from 'it-queueless-pushable';
import type { Pushable } from 'it-queueless-pushable';
import type { SpeedContender } from '../contender.ts';

interface Body {
  readonly queue: Pushable<Uint8Array>;
  readonly onRoom: (() => void) | undefined;
}

const ignore = (): void => undefined;

/** It holds one chunk, and a push settles when that one is taken: as far ahead as it lets anybody be. */
export function makeContender(): SpeedContender<Body> {
  return {
    open: (options) => ({ queue: queuelessPushable<Uint8Array>(), onRoom: options?.onRoom }),
    write({ queue, onRoom }, chunk) {
      const push = queue.push(chunk);
      if (onRoom === undefined) push.catch(ignore);
      else push.then(onRoom, ignore);
      return false;
    },
    end: ({ queue }) => void queue.end().catch(ignore),
    hasSignals: true,
    chunksOf: ({ queue }) => queue,
  };
}
