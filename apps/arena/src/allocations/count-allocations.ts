import { askChild } from '../ask-child.ts';
import { speedContenders } from '../speed/contenders.ts';
import type { TransferWorkload } from '../speed/workload.ts';
import type { Allocated, AllocatedByStrategy } from './allocated.ts';
import { countedWorkloads, ONE_CHUNK_BODIES, oneChunkBody } from './counted-workloads.ts';

export interface CountJob {
  readonly file: string;
  readonly strategy: string;
  readonly workload: TransferWorkload;
  readonly bodies: number;
}

/**
 * No compiler that decides by time what it optimizes away, no second thread, and a new space that is never full: what is
 * counted is what the source says, the same to the byte on a busy machine and on an idle one.
 */
const flags = [
  '--expose-gc',
  '--no-opt',
  '--no-maglev',
  '--no-sparkplug',
  '--no-lazy-feedback-allocation',
  '--single-threaded',
  '--predictable-gc-schedule',
  '--min-semi-space-size=128',
  '--max-semi-space-size=128',
];

const childFile = new URL('count-child.ts', import.meta.url);

/**
 * Bytes allocated per chunk, and per body of one chunk, for each of our strategies.
 *
 * @throws Error when a child gives no answer.
 */
export async function countAllocations(): Promise<AllocatedByStrategy> {
  const counts: Record<string, Record<string, Allocated>> = {};
  for (const { id, kind, file, strategy } of speedContenders) {
    if (kind !== 'ours' || strategy === undefined) continue;
    const job = { file: file.href, strategy };
    const ofStrategy: Record<string, Allocated> = {};
    for (const workload of countedWorkloads)
      ofStrategy[workload.id] = await countOne({ ...job, workload, bodies: 1 });
    ofStrategy['one-chunk-body'] = await countOne({
      ...job,
      workload: oneChunkBody,
      bodies: ONE_CHUNK_BODIES,
    });
    counts[id] = ofStrategy;
  }
  return counts;
}

async function countOne(job: CountJob): Promise<Allocated> {
  const answer = await askChild<Allocated>(childFile, job, { flags });
  if (typeof answer === 'string') throw new Error(`${job.strategy}, ${job.workload.id}: ${answer}`);
  return answer;
}
