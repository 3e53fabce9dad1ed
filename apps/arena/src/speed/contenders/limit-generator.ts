import { forAwait } from '../consume/for-await.ts';
import type { SpeedContender } from '../contender.ts';

async function* over(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield chunk;
}

/** The limit of an async generator: all chunks are in an array, and nobody pushes. */
export function makeContender(): SpeedContender<Uint8Array[]> {
  return {
    open: () => [],
    write(chunks, chunk) {
      chunks.push(chunk);
      return true;
    },
    end: () => undefined,
    hasSignals: false,
    isPreloaded: true,
    consume: {
      async 'for-await'(chunks, take) {
        // The producer has its turn first.
        await Promise.resolve();
        return forAwait(over(chunks), take);
      },
    },
  };
}
