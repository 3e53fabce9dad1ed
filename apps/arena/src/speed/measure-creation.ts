import { ChunkPool } from './chunk-pool.ts';
import { consumeIn } from './consume/consume-in.ts';
import type { SpeedContender } from './contender.ts';
import type { Budget, Measured } from './job.ts';
import { sample } from './sample.ts';

const BODIES = 1000;
const CHUNK_BYTES = 1024;

/** Nanoseconds to make a body, write its one chunk, end it and read it to the end. */
export function measureCreation(contender: SpeedContender, budget: Budget): Promise<Measured> {
  const pool = new ChunkPool(contender, { ownership: 'given', chunkBytes: CHUNK_BYTES, chunks: BODIES });
  const consume = consumeIn(contender, 'for-await');
  if (consume === undefined) throw new Error('It has no for-await');
  const options = { chunkBytes: CHUNK_BYTES, bodyBytes: CHUNK_BYTES };
  let taken = 0;
  const take = (length: number): void => void (taken += length);
  async function run(): Promise<void> {
    taken = 0;
    for (const chunk of pool.chunks) {
      const body = contender.open();
      contender.write(body, chunk);
      contender.end(body);
      await consume!(body, take, options);
    }
    if (taken !== BODIES * CHUNK_BYTES)
      throw new Error(`It delivered ${taken} of ${BODIES * CHUNK_BYTES} bytes`);
  }
  return sample({ prepare: () => pool.refresh(), run, things: BODIES }, budget);
}
