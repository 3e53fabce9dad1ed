import type { Contender } from './contenders.ts';

export interface Figures {
  /** Requests, or MiB, in a second of the clock. */
  readonly perSecond: number;
  /** What one of them takes of a core. */
  readonly cpuMicrosecondsEach: number;
}

/** What was measured of one proxy under one workload. */
export interface Measured extends Figures {
  readonly name: string;
  readonly kind: Contender['kind'];
  readonly peakResidentBytes: number;
}

export function medianFigures(rounds: readonly Figures[]): Figures {
  return {
    perSecond: median(rounds.map(({ perSecond }) => perSecond)),
    cpuMicrosecondsEach: median(rounds.map(({ cpuMicrosecondsEach }) => cpuMicrosecondsEach)),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}
