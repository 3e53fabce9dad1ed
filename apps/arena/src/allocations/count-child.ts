import { getHeapStatistics } from 'node:v8';
import { loadStrategy } from '@millrace/core';
import { answerParent } from '../answer-parent.ts';
import { ChunkPool } from '../speed/chunk-pool.ts';
import type { SpeedContenderModule } from '../speed/contender.ts';
import { transferOf } from '../speed/measure-transfer.ts';
import type { Allocated } from './allocated.ts';
import type { CountJob } from './count-allocations.ts';

/** Counts what one strategy allocates on one workload, in an engine that neither optimizes nor collects meanwhile. */
async function count({ file, strategy: name, workload, bodies }: CountJob): Promise<Allocated> {
  const { makeContender } = (await import(file)) as SpeedContenderModule;
  const strategy = await loadStrategy(name, { import: (specifier) => import(specifier) });
  const contender = makeContender(strategy);
  const pool = new ChunkPool(contender, workload);
  const send = transferOf(contender, workload, pool);
  const run = async (): Promise<void> => {
    for (let body = 0; body < bodies; body++) await send();
  };
  // Whatever is made once is made by now: code, feedback, pools, spare memory.
  for (let round = 0; round < 3; round++) await run();
  globalThis.gc?.();
  await run();
  const before = allocatedBytes();
  await run();
  const after = allocatedBytes();
  const things = bodies * workload.chunks;
  const [heapBytes, bufferBytes] = [after.heap - before.heap, after.buffers - before.buffers];
  if (heapBytes < 0) throw new Error('A garbage collection came in between');
  return { heapBytes: round(heapBytes / things), bufferBytes: round(bufferBytes / things) };
}

function allocatedBytes(): { readonly heap: number; readonly buffers: number } {
  return { heap: getHeapStatistics().used_heap_size, buffers: process.memoryUsage().arrayBuffers };
}

const round = (bytes: number): number => Math.round(bytes * 10) / 10;

answerParent(count);
