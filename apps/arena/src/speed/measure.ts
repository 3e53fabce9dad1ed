import type { SpeedContender } from './contender.ts';
import type { Budget, Measured } from './job.ts';
import { measureConcurrent } from './measure-concurrent.ts';
import { measureCreation } from './measure-creation.ts';
import { measureLatency } from './measure-latency.ts';
import { measureMemory, measureOneByteWrites } from './measure-memory.ts';
import { measureMixed } from './measure-mixed.ts';
import { measureTransfer } from './measure-transfer.ts';
import { verifyTransfer } from './verify-transfer.ts';
import { transfer } from './workload.ts';
import type { Workload } from './workload.ts';

/**
 * Measures, and then verifies: a second kind of consumer must not change what the compiler knows while it measures.
 *
 * @param others What else is alive in the process on a mixed day.
 * @throws Error when bytes are missing, too many, or others.
 */
export async function measureWorkload(
  contender: SpeedContender,
  workload: Workload,
  budget: Budget,
  others: readonly SpeedContender[],
): Promise<Measured> {
  const measured = await measureOf(contender, workload, budget, others);
  // What has no regime of its own is verified in the plainest one.
  await verifyTransfer(
    contender,
    workload.kind === 'transfer' ? workload : transfer('for-await', 'given', 'lock-step', 1024),
  );
  return measured;
}

function measureOf(
  contender: SpeedContender,
  workload: Workload,
  budget: Budget,
  others: readonly SpeedContender[],
): Promise<Measured> {
  switch (workload.kind) {
    case 'transfer':
      return measureTransfer(contender, workload, budget);
    case 'creation':
      return measureCreation(contender, budget);
    case 'latency':
      return measureLatency(contender, budget);
    case 'memory':
      return measureMemory(contender, workload);
    case 'one-byte-writes':
      return measureOneByteWrites(contender);
    case 'mixed':
      return measureMixed(contender, others, budget);
    case 'concurrent':
    default:
      return measureConcurrent(contender, workload.bodies, budget);
  }
}
