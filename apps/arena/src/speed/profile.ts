import type { Budget } from './job.ts';
import type { Runtime } from './runtime.ts';

/** A profile before it is known what it runs on. */
export type ProfileChoice = Omit<Profile, 'runtime'>;

export interface Profile {
  readonly name: 'full' | 'quick';
  /** Runs of a contender on a workload; those far behind have one. */
  readonly runs: number;
  readonly budget: Budget;
  /** What the contenders run on. */
  readonly runtime: Runtime;
}

export const full: ProfileChoice = { name: 'full', runs: 2, budget: { warmUpMs: 50, minTimeMs: 75 } };
export const quick: ProfileChoice = { name: 'quick', runs: 1, budget: { warmUpMs: 25, minTimeMs: 40 } };
