import { outOfReach } from '../judge-goal.ts';
import type { Judged, Reached } from '../judge-goal.ts';

const words = {
  reached: 'reached',
  'within-noise': 'missed within noise',
  missed: 'MISSED',
  'not-measured': 'NOT MEASURED',
} as const;

/** A goal, its verdict and the worst figures, for the terminal. */
export function goalText(judged: Judged): string {
  const { goal, verdict, findings, missing } = judged;
  const isShort = verdict === 'reached';
  const lines = findings
    .slice(0, isShort ? 1 : 6)
    .map(
      (finding) =>
        `    ${figureText(judged, finding)}  ${finding.where}${finding.against === undefined ? '' : ` against ${finding.against}`}${finding.limit === undefined ? '' : `; the limit reaches ${figureText(judged, finding.limit)}`}`,
    );
  const below = findings.filter(({ score }) => score < 1).length;
  const beyond = outOfReach(judged).length;
  const count = isShort
    ? ''
    : `, ${below} of ${findings.length} below${beyond > 0 ? `, ${beyond} out of reach` : ''}`;
  const without = missing.slice(0, 3).map((where) => `    not measured: ${where}`);
  return [
    `${words[verdict]}: ${goal.says} [${goal.id}, noise ${goal.noise * 100} %${count}]`,
    ...lines,
    ...without,
  ].join('\n');
}

/** The figure in the unit of its goal. */
export function figureText({ goal }: Pick<Judged, 'goal'>, { figure }: Pick<Reached, 'figure'>): string {
  switch (goal.kind) {
    case 'ratio':
      return `${figure.toFixed(2)}×`;
    case 'flat':
      return `${figure.toFixed(2)}× the first`;
    case 'ceiling':
    default:
      return figure >= 1 << 20 ? `${(figure / (1 << 20)).toFixed(2)} MiB` : `${Math.round(figure)} bytes`;
  }
}
