import type { GcReport } from './gc-watch.ts';
import type { Workload } from './workload.ts';

/** How long a child takes. */
export interface Budget {
  readonly warmUpMs: number;
  readonly minTimeMs: number;
}

/** What a child process is asked for. */
export interface Job {
  /** URL of a module with the shape of `SpeedContenderModule`. */
  readonly file: string;
  readonly strategy: string | undefined;
  /** Strategies of ours that are alive in the same process, where the workload wants company. */
  readonly otherStrategies: readonly string[];
  readonly workload: Workload;
  readonly budget: Budget;
}

/** One contender on one workload, once. */
export interface Measured {
  /** The median sample, in the unit of the workload; the mean where that is what is asked for. */
  readonly value: number;
  readonly mean: number;
  readonly samples: number;
  readonly gc: GcReport | undefined;
}
