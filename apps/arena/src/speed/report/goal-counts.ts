import { outOfReach } from '../judge-goal.ts';
import type { Judged } from '../judge-goal.ts';

export interface GoalCounts {
  readonly all: number;
  readonly reached: number;
  /** Missed by no more than two runs of the same code differ. */
  readonly 'within-noise': number;
  /** Missed, and on one figure at least the limit misses it too. */
  readonly beyond: number;
}

export function goalCounts(judged: readonly Judged[]): GoalCounts {
  const having = (verdict: Judged['verdict']): number =>
    judged.filter((one) => one.verdict === verdict).length;
  return {
    all: judged.length,
    reached: having('reached'),
    'within-noise': having('within-noise'),
    beyond: judged.filter((one) => one.verdict !== 'reached' && outOfReach(one).length > 0).length,
  };
}
