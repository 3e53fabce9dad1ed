import { ChunkPool } from './chunk-pool.ts';
import { consumeIn } from './consume/consume-in.ts';
import type { SpeedContender } from './contender.ts';
import type { Budget, Measured } from './job.ts';
import { sample } from './sample.ts';

const CHUNK_BYTES = 1024;
/** Chunks of a sample, over all bodies. */
const CHUNKS = 100_000;

/** Nanoseconds per chunk while `bodies` are open, each of which gets one chunk in turn. */
export async function measureConcurrent(
  contender: SpeedContender,
  bodies: number,
  budget: Budget,
): Promise<Measured> {
  const consume = consumeIn(contender, 'for-await');
  if (consume === undefined) throw new Error('It has no for-await');
  const pool = new ChunkPool(contender, { ownership: 'given', chunkBytes: CHUNK_BYTES, chunks: 1024 });
  let left = 0;
  let onTurn: () => void = () => undefined;
  const take = (): void => {
    if (--left === 0) onTurn();
  };
  const options = { chunkBytes: CHUNK_BYTES, bodyBytes: (CHUNKS / bodies) * CHUNK_BYTES };
  const open = Array.from({ length: bodies }, () => contender.open());
  const areDone = open.map((body) => consume(body, take, options));
  await new Promise((resolve) => setImmediate(resolve));

  async function run(): Promise<void> {
    for (let turn = 0; turn < CHUNKS / bodies; turn++) {
      left = bodies;
      const isOver = new Promise<void>((resolve) => (onTurn = resolve));
      let at = turn;
      for (const body of open) contender.write(body, pool.chunks[at++ & 1023] as Uint8Array);
      await isOver;
    }
  }
  const measured = await sample({ prepare: () => pool.refresh(), run, things: CHUNKS }, budget);
  for (const body of open) contender.end(body);
  await Promise.all(areDone);
  return measured;
}
