import { makeChunk } from './chunk-pool.ts';
import { consumeIn } from './consume/consume-in.ts';
import type { SpeedContender } from './contender.ts';
import type { Budget, Measured } from './job.ts';
import { sample } from './sample.ts';

const BODIES = 200;
const CHUNK_BYTES = 1024;

interface Waiting {
  readonly body: unknown;
  readonly chunk: Uint8Array;
  readonly arrival: Promise<void>;
  readonly isDone: Promise<void>;
}

/** Nanoseconds from the `write` of the first chunk until the consumer, which waits, has it. */
export function measureLatency(contender: SpeedContender, budget: Budget): Promise<Measured> {
  const consume = consumeIn(contender, 'for-await');
  if (consume === undefined) throw new Error('It has no for-await');
  let before: readonly Waiting[] = [];

  /** Ends those of the last sample, and has new ones wait. */
  async function prepare(): Promise<readonly Waiting[]> {
    for (const { body, isDone } of before) {
      contender.end(body);
      await isDone;
    }
    before = Array.from({ length: BODIES }, () => {
      let onArrival!: () => void;
      const arrival = new Promise<void>((resolve) => (onArrival = resolve));
      const body = contender.open();
      const isDone = consume!(body, () => onArrival(), { chunkBytes: CHUNK_BYTES, bodyBytes: CHUNK_BYTES });
      return { body, chunk: makeChunk(contender, CHUNK_BYTES), arrival, isDone };
    });
    // Some wait only after a turn of the loop.
    await new Promise((resolve) => setImmediate(resolve));
    return before;
  }

  async function run(waiting: readonly Waiting[]): Promise<void> {
    for (const { body, chunk, arrival } of waiting) {
      contender.write(body, chunk);
      await arrival;
    }
  }
  return sample({ prepare, run, things: BODIES }, budget);
}
