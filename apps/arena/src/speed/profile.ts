import type { Budget } from './job.ts';

export interface Profile {
  readonly name: 'full' | 'quick';
  /** Runs of a contender on a workload; those far behind have one. */
  readonly runs: number;
  readonly budget: Budget;
}

export const full: Profile = { name: 'full', runs: 3, budget: { warmUpMs: 40, minTimeMs: 120 } };
export const quick: Profile = { name: 'quick', runs: 1, budget: { warmUpMs: 30, minTimeMs: 60 } };
