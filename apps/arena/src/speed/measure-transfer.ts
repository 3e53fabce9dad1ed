import { ChunkPool } from './chunk-pool.ts';
import { consumeIn } from './consume/consume-in.ts';
import type { SpeedContender } from './contender.ts';
import type { Budget, Measured } from './job.ts';
import { Producer } from './producer.ts';
import { sample } from './sample.ts';
import { markOf } from './workload.ts';
import type { TransferWorkload } from './workload.ts';

/** Nanoseconds per chunk, over bodies that each go through as a whole. */
export function measureTransfer(
  contender: SpeedContender,
  workload: TransferWorkload,
  budget: Budget,
): Promise<Measured> {
  const pool = new ChunkPool(contender, workload);
  const run = transferOf(contender, workload, pool);
  return sample({ prepare: () => pool.refresh(), run, things: workload.chunks }, budget);
}

/** Sends one body through, and throws when its byte count is wrong. */
export function transferOf(
  contender: SpeedContender,
  workload: TransferWorkload,
  pool: ChunkPool,
): () => Promise<void> {
  const { mode, chunkBytes, chunks } = workload;
  const bodyBytes = chunks * chunkBytes;
  const highWaterMark = markOf(workload);
  const declared = mode === 'bytes-known' ? { expectedBytes: bodyBytes } : {};
  const consume = consumeIn(contender, mode);
  if (consume === undefined) throw new Error(`It has no ${mode}`);
  return async () => {
    const producer = new Producer(contender, workload, pool.chunks);
    const body = contender.open({ highWaterMark, onRoom: producer.onRoom, ...declared });
    const isDone = consume(body, producer.take, { chunkBytes, bodyBytes });
    producer.start(body);
    await isDone;
    if (producer.taken !== bodyBytes) throw new Error(`It delivered ${producer.taken} of ${bodyBytes} bytes`);
  };
}
