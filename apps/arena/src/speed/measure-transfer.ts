import { ChunkPool } from './chunk-pool.ts';
import { consumeIn } from './consume/consume-in.ts';
import type { SpeedContender } from './contender.ts';
import type { Budget, Measured } from './job.ts';
import { Producer } from './producer.ts';
import { sample } from './sample.ts';
import { makesWholeBodies, markOf } from './workload.ts';
import type { TransferWorkload } from './workload.ts';

/**
 * Whole bodies of 4 MiB are new memory, and what that costs settles late: until the C library has kept enough of what was freed,
 * each page of it is asked of the system again, and 16 KiB take 7 µs instead of 0.8.
 */
const COLLECTING_WARM_UP = 3;

/** Short bodies go through for about as long as one of 4 GiB takes, or the collections that fall on them are chance. */
const WHOLE_MIN_TIME_MS = 400;

/** Nanoseconds per chunk, over bodies that each go through as a whole. */
export async function measureTransfer(
  contender: SpeedContender,
  workload: TransferWorkload,
  budget: Budget,
): Promise<Measured> {
  const pool = new ChunkPool(contender, workload);
  const run = transferOf(contender, workload, pool);
  const warmUpMs = budget.warmUpMs * (makesWholeBodies(workload.mode) ? COLLECTING_WARM_UP : 1);
  const minTimeMs =
    workload.isWhole === true ? Math.max(WHOLE_MIN_TIME_MS, budget.minTimeMs) : budget.minTimeMs;
  const measured = await sample(
    { prepare: () => pool.refresh(), run, things: workload.chunks },
    { warmUpMs, minTimeMs },
  );
  return workload.isWhole === true ? { ...measured, value: measured.mean } : measured;
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
