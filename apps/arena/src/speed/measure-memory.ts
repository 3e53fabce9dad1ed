import type { SpeedContender } from './contender.ts';
import { makeChunk } from './chunk-pool.ts';
import type { Measured } from './job.ts';
import type { MemoryWorkload } from './workload.ts';

const CHUNK_BYTES = 1024;
const MIB = 1 << 20;

/**
 * Bytes per body: heap and array buffers, what the body refers to included. The chunk of a loaded one is made for it
 * and given away, so whoever keeps it pays for it, and so does whoever copies it.
 */
export async function measureMemory(
  contender: SpeedContender,
  { state, bodies }: MemoryWorkload,
): Promise<Measured> {
  // The first bodies bring what is made once, such as code and pools.
  const warm = Array.from({ length: 1000 }, () => {
    const body = makeOne(contender, state);
    return state === 'waiting' ? [body, waitFor(contender, body)] : body;
  });
  // Until what they left behind is gone.
  await memoryHeld();
  const kept: unknown[] = Array.from({ length: bodies }, () => null);
  const iterators: unknown[] = Array.from({ length: bodies }, () => null);
  const before = await memoryHeld();
  for (let index = 0; index < bodies; index++) {
    const body = makeOne(contender, state);
    kept[index] = body;
    if (state === 'waiting') iterators[index] = waitFor(contender, body);
  }
  const held = (await memoryHeld()) - before;
  if (kept.includes(null) || warm.includes(null) || iterators.includes(undefined))
    throw new Error('A body is gone');
  const value = held / bodies;
  return { value, mean: value, samples: 1, gc: undefined };
}

function makeOne(contender: SpeedContender, state: MemoryWorkload['state']): unknown {
  const body = contender.open();
  if (state === 'loaded') contender.write(body, makeChunk(contender, CHUNK_BYTES));
  return body;
}

/** One `next()` that waits, and nothing of ours that waits for it. A `for await` holds the iterator, so the caller does. */
function waitFor({ chunksOf }: SpeedContender, body: unknown): unknown {
  if (chunksOf === undefined) throw new Error('It has no for-await');
  const iterator = chunksOf(body)[Symbol.asyncIterator]();
  void iterator.next();
  return iterator;
}

/** Bytes held after 1 MiB was written byte by byte and nothing was read. */
export async function measureOneByteWrites(contender: SpeedContender): Promise<Measured> {
  const before = await memoryHeld();
  // The mark is what is written: a fixed store allocates as much.
  const body = contender.open({ highWaterMark: MIB, onRoom: () => undefined });
  for (let index = 0; index < MIB; index++) contender.write(body, makeChunk(contender, 1));
  const held = (await memoryHeld()) - before;
  contender.end(body);
  return { value: held, mean: held, samples: 1, gc: undefined };
}

/** Two figures that differ by less are the same: what remains is when the engine lets go of its own. */
const SAME_BYTES = 1024;
const MOST_TURNS = 20;

/** What is held once nothing more goes: what is finalized frees more in the next turn, and code that nobody runs grows old. */
async function memoryHeld(): Promise<number> {
  let held = Infinity;
  let steadyTurns = 0;
  for (let turn = 0; turn < MOST_TURNS && steadyTurns < 3; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc?.();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    const now = heapUsed + arrayBuffers;
    steadyTurns = Math.abs(held - now) < SAME_BYTES ? steadyTurns + 1 : 0;
    held = now;
  }
  return held;
}
