import { transfer } from '../speed/workload.ts';
import type { TransferWorkload } from '../speed/workload.ts';

const CHUNKS = 1024;

/** What the guard counts: the paths that most bytes take, and those that promise to allocate nothing. */
export const countedWorkloads: readonly TransferWorkload[] = [
  transfer('for-await', 'given', 'lock-step', 1024),
  transfer('for-await', 'given', 'bursts-8', 1024),
  transfer('for-await', 'reused', 'ahead-64k', 64),
  transfer('tryRead', 'given', 'bursts-64', 1024),
  transfer('views', 'reused', 'bursts-8', 1024),
  transfer('readInto', 'reused', 'lock-step', 1024),
].map((workload) => ({ ...workload, chunks: CHUNKS }));

/** A body of one chunk, over and over: what a pipe and its store cost by themselves. */
export const oneChunkBody: TransferWorkload = {
  ...transfer('for-await', 'given', 'lock-step', 1024),
  chunks: 1,
};
export const ONE_CHUNK_BODIES = 256;
