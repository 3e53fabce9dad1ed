import type { GcReport } from './gc-watch.ts';
import type { Measured } from './job.ts';

/** One contender on one workload, over all its runs. */
export interface Cell {
  readonly workload: string;
  readonly contender: string;
  /** The median of its runs, in the unit of the workload. */
  readonly median: number;
  /** Its best and its worst run. */
  readonly low: number;
  readonly high: number;
  readonly runs: readonly number[];
  readonly gc: GcReport | undefined;
}

/** A contender that could not be measured, and why. */
export interface Problem {
  readonly workload: string;
  readonly contender: string;
  readonly message: string;
}

export function cellOf(workload: string, contender: string, measured: readonly Measured[]): Cell {
  const runs = measured.map(({ value }) => value);
  const ordered = [...runs].sort((one, other) => one - other);
  const middle = medianOf(runs);
  return {
    workload,
    contender,
    median: middle,
    low: ordered[0] ?? middle,
    high: ordered.at(-1) ?? middle,
    runs,
    gc: measured.at(-1)?.gc,
  };
}

/** @throws RangeError of no values. */
export function medianOf(values: readonly number[]): number {
  const ordered = [...values].sort((one, other) => one - other);
  const [low, high] = [ordered[(ordered.length - 1) >> 1], ordered[ordered.length >> 1]];
  if (low === undefined || high === undefined) throw new RangeError('There is no median of nothing');
  return (low + high) / 2;
}
