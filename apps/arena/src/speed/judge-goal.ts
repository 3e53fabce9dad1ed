import { medianOf } from './cell.ts';
import type { Cell } from './cell.ts';
import { speedContenders } from './contenders.ts';
import type { CeilingGoal, FlatGoal, Goal, RatioGoal } from './goals.ts';
import { cellIn } from './results.ts';
import type { Results } from './results.ts';

/** One figure of a goal. */
export interface Finding {
  /** `ring-buffer, for-await/given/bursts-64/64B` */
  readonly where: string;
  /** What was found, in the unit of the goal. */
  readonly figure: number;
  /** Above 1: better than the goal asks; below: worse. */
  readonly score: number;
  /** Whom it was compared with. */
  readonly against?: string;
  /** What the limit reaches in the place of ours; `undefined`: there is none, or it was not measured. */
  readonly limit?: Reached;
}

/** A figure, and how it stands to the goal: above 1 is better than it asks. */
export interface Reached {
  readonly figure: number;
  readonly score: number;
}

export interface Judged {
  readonly goal: Goal;
  /** `within-noise`: missed, by no more than a run of the same code may be off. */
  readonly verdict: 'reached' | 'within-noise' | 'missed' | 'not-measured';
  /** The worst first. */
  readonly findings: readonly Finding[];
  /** What could not be compared. */
  readonly missing: readonly string[];
}

type Cells = Pick<Results, 'cells'>;
type Part = Finding | { readonly missing: string };

export function judgeGoal(goal: Goal, results: Cells): Judged {
  const parts = partsOf(goal, results);
  const missing = parts.flatMap((part) => ('missing' in part ? [part.missing] : []));
  const findings = parts
    .flatMap((part) => ('missing' in part ? [] : [part]))
    .sort((one, other) => one.score - other.score);
  const [worst] = findings;
  // A part that is missing could be the one that misses, so nothing is reached without it.
  if (worst === undefined || (missing.length > 0 && worst.score >= 1 - goal.noise))
    return { goal, verdict: 'not-measured', findings, missing };
  const verdict = worst.score >= 1 ? 'reached' : worst.score >= 1 - goal.noise ? 'within-noise' : 'missed';
  return { goal, verdict, findings, missing };
}

function partsOf(goal: Goal, results: Cells): readonly Part[] {
  switch (goal.kind) {
    case 'ratio':
      return goal.ours.flatMap((contender) => ratioParts(goal, contender, results));
    case 'ceiling':
      return goal.ours.map((contender) => ceilingPart(goal, contender, results));
    case 'flat':
    default:
      return goal.ours.map((contender) => flatPart(goal, contender, results));
  }
}

function ratioParts(goal: RatioGoal, contender: string, results: Cells): readonly Part[] {
  const reached = (figure: number): Reached => ({ figure, score: figure / goal.atLeast });
  const parts = goal.pairs.map(({ ours, theirs, limits = ours }): Part => {
    const where = `${contender}, ${ours}`;
    const mine = cellIn(results, ours, contender);
    const other = opponentOn(theirs, goal.against, results);
    if (mine === undefined || other === undefined) return { missing: where };
    const limit = fastestOf(goal.limits?.[contender] ?? [], limits, results);
    return {
      where,
      ...reached(other.median / mine.median),
      against: other.contender,
      ...(limit !== undefined && { limit: reached(other.median / limit.median) }),
    };
  });
  if (goal.over === 'each' || parts.some((part) => 'missing' in part)) return parts;
  const findings = parts as readonly Finding[];
  const limits = findings.flatMap(({ limit }) => (limit === undefined ? [] : [limit.figure]));
  return [
    {
      where: `${contender}, the median of ${parts.length}`,
      ...reached(medianOf(findings.map(({ figure }) => figure))),
      ...(limits.length === parts.length && { limit: reached(medianOf(limits)) }),
    },
  ];
}

/** The fastest peer on a workload, or the one that is named. */
function opponentOn(workload: string, against: string, results: Cells): Cell | undefined {
  if (against !== 'peers') return cellIn(results, workload, against);
  const peers = speedContenders.filter(({ kind }) => kind === 'peer').map(({ id }) => id);
  return fastestOf(peers, workload, results);
}

function fastestOf(contenders: readonly string[], workload: string, { cells }: Cells): Cell | undefined {
  return cells
    .filter((cell) => cell.workload === workload && contenders.includes(cell.contender))
    .sort((one, other) => one.median - other.median)[0];
}

function ceilingPart({ workload, atMost }: CeilingGoal, contender: string, results: Cells): Part {
  const where = `${contender}, ${workload}`;
  const figure = cellIn(results, workload, contender)?.median;
  return figure === undefined ? { missing: where } : { where, figure, score: atMost / figure };
}

function flatPart({ workloads, atMost, limits }: FlatGoal, contender: string, results: Cells): Part {
  const figures = workloads.map((workload) => cellIn(results, workload, contender)?.median);
  const mine = growthOf(figures);
  if (mine === undefined)
    return {
      missing: `${contender}, ${workloads.filter((_, at) => figures[at] === undefined).join(' and ')}`,
    };
  const [limit] = (limits?.[contender] ?? [])
    .flatMap((id) => growthOf(workloads.map((workload) => cellIn(results, workload, id)?.median)) ?? [])
    .sort((one, other) => one.figure - other.figure);
  return {
    where: `${contender}, ${workloads[mine.at] ?? ''}`,
    figure: mine.figure,
    score: atMost / mine.figure,
    ...(limit !== undefined && { limit: { figure: limit.figure, score: atMost / limit.figure } }),
  };
}

/** The largest as a multiple of the first, and which it is; `undefined` when one of them was not measured. */
function growthOf(
  figures: readonly (number | undefined)[],
): { readonly figure: number; readonly at: number } | undefined {
  const measured = figures.filter((figure) => figure !== undefined);
  const [first] = measured;
  if (first === undefined || measured.length < figures.length) return undefined;
  const worst = Math.max(...measured);
  return { figure: worst / first, at: measured.indexOf(worst) };
}

/** Of what is missed, how many figures even the limit misses, by more than the noise; the others have no such excuse. */
export function outOfReach({ goal, findings }: Judged): readonly Finding[] {
  return findings.filter(
    ({ score, limit }) => score < 1 && limit !== undefined && limit.score < 1 - goal.noise,
  );
}

/** Whether `--goals` has to end with 1. */
export function isMissed({ verdict }: Judged): boolean {
  return verdict === 'missed' || verdict === 'not-measured';
}
