import type { Measured } from './measured.ts';
import type { Workload } from './workloads.ts';

/** A figure that was to be reached. */
export interface Goal {
  readonly goal: string;
  /** What came of it. */
  readonly figure: string;
  readonly isReached: boolean;
}

export interface WorkloadResult {
  readonly workload: Workload;
  readonly measured: readonly Measured[];
}

const QUOTA = { '1 KiB': 2, '64 KiB': 1.4 } as const;

/**
 * Each goal for each workload that it is about, judged by the slowest of our strategies. Speed is what a second of the proxy's
 * core gives: what a second of the clock gives depends on who else wants the core.
 */
export function goalsOf(results: readonly WorkloadResult[]): Goal[] {
  return results.flatMap(({ workload: { name }, measured }) => {
    const ours = measured.filter(({ kind }) => kind === 'ours');
    const peers = measured.filter(({ kind }) => kind === 'node');
    const [loop] = measured.filter(({ kind }) => kind === 'loop');
    if (ours.length === 0 || peers.length === 0) return [];
    const slowest = least(ours, perCoreSecond);
    const fastestPeer = least(peers, (one) => -perCoreSecond(one));
    const goals: Goal[] = [];
    if (name in QUOTA) {
      const times = QUOTA[name as keyof typeof QUOTA];
      for (const peer of peers.filter((one) => one.name.startsWith('http-proxy-3'))) {
        goals.push(ratioGoal(`${name}: at least ${times} × ${peer.name}`, slowest, peer, times));
      }
    }
    goals.push(ratioGoal(`${name}: ahead of every Node proxy`, slowest, fastestPeer, 1));
    if (name === '1 KiB') {
      const fastest = least(ours, (one) => -perCoreSecond(one));
      goals.push(ratioGoal(`${name}: every strategy within 10 % of the fastest`, slowest, fastest, 0.9));
    }
    const queue = ours.find((one) => one.name.includes('chunk-queue'));
    if (name.endsWith('MiB') && loop !== undefined && queue !== undefined) {
      goals.push(ratioGoal(`${name}: chunk-queue within 5 % of the bare loop`, queue, loop, 0.95));
    }
    const largest = least(ours, ({ peakResidentBytes }) => -peakResidentBytes);
    const leanest = least(peers, ({ peakResidentBytes }) => peakResidentBytes);
    const ratio = largest.peakResidentBytes / leanest.peakResidentBytes;
    goals.push({
      goal: `${name}: peak memory below every Node proxy's`,
      figure: `${largest.name} takes ${ratio.toFixed(2)} × ${leanest.name}`,
      isReached: ratio < 1,
    });
    return goals;
  });
}

function ratioGoal(goal: string, ours: Measured, other: Measured, atLeast: number): Goal {
  const ratio = perCoreSecond(ours) / perCoreSecond(other);
  return {
    goal,
    figure: `${ours.name} reaches ${ratio.toFixed(2)} × ${other.name}`,
    isReached: atLeast === 1 ? ratio > 1 : ratio >= atLeast,
  };
}

/** Requests, or MiB, for each second of a core. */
export function perCoreSecond({ cpuMicrosecondsEach }: Measured): number {
  return 1e6 / cpuMicrosecondsEach;
}

function least<T>(all: readonly T[], by: (one: T) => number): T {
  return all.reduce((a, b) => (by(b) < by(a) ? b : a));
}
