import { speedContenders } from '../contenders.ts';
import { judgeGoal, outOfReach } from '../judge-goal.ts';
import type { Judged } from '../judge-goal.ts';
import type { Goal } from '../goals.ts';
import { machineLine } from '../machine.ts';
import { cellIn } from '../results.ts';
import type { Results } from '../results.ts';
import type { Section } from '../sections.ts';
import { figure, spreadPercent } from './figure.ts';
import { goalCounts } from './goal-counts.ts';
import { figureText } from './goals-text.ts';
import { tableGroups } from './table-groups.ts';
import type { TableGroup } from './table-groups.ts';

/** The measured half: machine, goals, tables. */
export function measuredHalf(results: Results, sections: readonly Section[], goals: readonly Goal[]): string {
  return [
    `Measured on: ${machineLine(results.machine)}. Profile \`${results.profile}\`. Versions: ${versionsLine(results)}.`,
    '',
    'Each figure is the median of its runs, each run in a process of its own, and ± is half of what lies between the best and',
    'the worst of them. Lower is better; the fastest of a column that is no limit is bold. Compare the figures of one column',
    'with each other, and with nothing else.',
    '',
    ...goalLines(goals.map((goal) => judgeGoal(goal, results))),
    ...sections.flatMap((section) => sectionLines(section, results)),
    ...problemLines(results),
  ].join('\n');
}

function versionsLine({ versions }: Results): string {
  return [...new Set(Object.values(versions))].filter((one) => !one.startsWith('@millrace/')).join(', ');
}

const verdictWords = {
  reached: '✓ reached',
  'within-noise': '≈ missed within noise',
  missed: '✗ missed',
  'not-measured': '? not measured',
} as const;

function goalLines(judged: readonly Judged[]): readonly string[] {
  const { all, reached, beyond } = goalCounts(judged);
  return [
    '## Goals',
    '',
    `${reached} of ${all} reached; ${beyond} of the others cannot be, since on one of their figures at least even the limit is below by more than the noise. Noise is what two runs of the same code may differ by. The limit is the fastest thing by hand that moves bytes in the same way, without laws, measured beside: what it reaches is a figure in place of ours, there and in how many more it is below. “By hand” is no peer here: it has no failures, no limits, and no way to leave.`,
    '',
    '| goal | | worst | where | the limit reaches | noise |',
    '| --- | --- | --: | --- | --- | --: |',
    ...judged.map((one) => {
      const [worst] = one.findings;
      const below = one.findings.filter(({ score }) => score < 1).length;
      const where =
        worst === undefined
          ? ''
          : `${worst.where}${worst.against === undefined ? '' : `, against ${worst.against}`}`;
      const count = below > 0 ? ` (${below} of ${one.findings.length} below)` : '';
      return `| ${one.goal.says} | ${verdictWords[one.verdict]}${count} | ${worst === undefined ? '' : figureText(one, worst)} | ${where} | ${limitText(one)} | ${one.goal.noise * 100} % |`;
    }),
    '',
  ];
}

/** `1.21×, below in 14`: what the limit reaches where ours is worst, and in how many of the missed figures it is not enough. */
function limitText(judged: Judged): string {
  const limit = judged.findings[0]?.limit;
  if (limit === undefined) return '–';
  const beyond = outOfReach(judged).length;
  return `${figureText(judged, limit)}${beyond > 0 ? `, below in ${beyond}` : ''}`;
}

function sectionLines(section: Section, results: Results): readonly string[] {
  const tables = tableGroups(section).flatMap((group) => tableLines(group, results));
  return tables.length === 0 ? [] : [`## ${section.title}`, '', section.text, '', ...tables];
}

function tableLines({ title, columns }: TableGroup, results: Results): readonly string[] {
  const rows = speedContenders
    .map(({ id, title: name, kind }) => ({
      name,
      kind,
      cells: columns.map(({ workload }) => cellIn(results, workload, id)),
    }))
    .filter(({ cells }) => cells.some((cell) => cell !== undefined));
  if (rows.length === 0) return [];
  const best = columns.map((_, at) =>
    Math.min(
      ...rows.filter(({ kind }) => kind !== 'limit').map(({ cells }) => cells[at]?.median ?? Infinity),
    ),
  );
  return [
    ...(title === '' ? [] : [`### ${title}`, '']),
    `| | ${columns.map(({ heading }) => heading).join(' | ')} |`,
    `| --- | ${columns.map(() => '--:').join(' | ')} |`,
    ...rows.map(({ name, kind, cells }) => {
      const texts = cells.map((cell, at) => {
        if (cell === undefined) return '–';
        const text = figure(cell.median);
        const spread = cell.runs.length > 1 ? ` ±${spreadPercent(cell)} %` : '';
        return `${kind !== 'limit' && cell.median === best[at] ? `**${text}**` : text}${spread}`;
      });
      return `| ${name} | ${texts.join(' | ')} |`;
    }),
    '',
  ];
}

function problemLines({ problems }: Results): readonly string[] {
  if (problems.length === 0) return [];
  return [
    '## Not measured',
    '',
    ...problems.map(({ contender, workload, message }) => `- ${contender}, ${workload}: ${message}`),
    '',
  ];
}
