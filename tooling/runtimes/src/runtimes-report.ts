import type { Grading, TimedGrading } from './grading.ts';

/** One runtime in the report: what it found out, or why it was not asked. */
export interface Row {
  readonly label: string;
  readonly version: string;
  readonly gradings: readonly TimedGrading[];
  readonly skipped?: string;
  /** It was asked and did not answer. */
  readonly crashed?: string;
}

/** Everything that is wrong: laws that do not hold, runtimes that broke down, digests that differ. */
export function problemsOf(rows: readonly Row[]): readonly string[] {
  const problems: string[] = [];
  for (const { label, gradings, crashed } of rows) {
    if (crashed !== undefined) problems.push(`${label} broke down: ${crashed}`);
    for (const { strategy, broken } of gradings) {
      problems.push(...broken.map(({ law, message }) => `${label}, ${strategy}: ${law} ${message}`));
    }
  }
  for (const strategy of strategiesOf(rows)) {
    const [first, ...others] = answersOf(rows, strategy);
    for (const other of others) {
      if (first === undefined || other.grading.digest === first.grading.digest) continue;
      const parts = Object.keys(first.grading.parts).filter(
        (part) => first.grading.parts[part] !== other.grading.parts[part],
      );
      problems.push(
        `${strategy} behaves differently on ${first.label} and ${other.label}: ${parts.slice(0, 5).join(', ')}`,
      );
    }
  }
  return problems;
}

/** The table that is printed, and all of docs/runtimes.md. */
export function runtimesReport(rows: readonly Row[], profile: string): string {
  return [
    '# Runtimes',
    '',
    `The packed packages, graded by the suite's \`${profile}\` profile on each runtime. Written by \`pnpm runtimes\`, which fails`,
    'when a law does not hold anywhere or when two runtimes behave differently.',
    '',
    ...table(rows),
    '',
    'Schedules are distinct pairs of a script and an order of its operations and turns. Node shows which turns make a',
    'difference; other engines do not, so they run those that did on Node and some more. Seconds are those of the',
    'machine that wrote this file, several engines at a time. workerd and the browsers get the packed packages as one',
    'bundle; the browsers are those of the machine.',
    '',
    '## One behaviour everywhere',
    '',
    'A digest is over everything observed in a frozen corpus of schedules and store scripts: who called what, what was',
    'answered, what was buffered, in order.',
    '',
    ...digests(rows),
    '',
    '## What a runtime cannot show',
    '',
    'Nothing was shown here, so nothing is claimed. What a strategy does not declare (fixed memory, passing chunks on)',
    'is not listed.',
    '',
    ...gaps(rows),
    '',
  ].join('\n');
}

function table(rows: readonly Row[]): readonly string[] {
  const cells = rows.flatMap(({ label, version, gradings, skipped, crashed }) =>
    gradings.length === 0 || crashed !== undefined
      ? [
          [
            nameOf(label, version),
            '',
            crashed === undefined ? `skipped: ${skipped ?? 'no reason given'}` : 'broke down',
            '',
            '',
            '',
          ],
        ]
      : gradings.map(({ strategy, held, broken, schedules, seconds }) => [
          nameOf(label, version),
          `\`${strategy}\``,
          broken.length === 0 ? 'conformant' : `breaks ${broken.map(({ law }) => law).join(', ')}`,
          `${held.length} of 28`,
          schedules.toLocaleString('en'),
          seconds.toFixed(0),
        ]),
  );
  return markdown(['Runtime', 'Strategy', 'Verdict', 'Laws that hold', 'Schedules', 'Seconds'], cells);
}

function nameOf(label: string, version: string): string {
  return version === '' ? label : `${label} (${version})`;
}

function digests(rows: readonly Row[]): readonly string[] {
  const cells = strategiesOf(rows).map((strategy) => {
    const answers = answersOf(rows, strategy);
    const values = [...new Set(answers.map(({ grading }) => grading.digest))];
    const runs = answers[0]?.grading.runs.toLocaleString('en') ?? '';
    return [
      `\`${strategy}\``,
      runs,
      values.map((value) => `\`${value}\``).join(' '),
      answers.map(({ label }) => label).join(', '),
    ];
  });
  return markdown(['Strategy', 'Runs', values(rows), 'On'], cells);
}

function values(rows: readonly Row[]): string {
  const differing = strategiesOf(rows).some(
    (strategy) => new Set(answersOf(rows, strategy).map(({ grading }) => grading.digest)).size > 1,
  );
  return differing ? 'Digests (they differ)' : 'Digest';
}

function gaps(rows: readonly Row[]): readonly string[] {
  const lines = rows.flatMap(({ label, gradings }) => {
    const shown = new Map<string, string>();
    for (const { vacuous } of gradings)
      for (const { law, message } of vacuous) if (message.startsWith('This runtime')) shown.set(law, message);
    return [...shown].map(([law, message]) => `- ${label}: ${law}. ${message}.`);
  });
  return lines.length > 0 ? lines : ['- Nothing.'];
}

function strategiesOf(rows: readonly Row[]): readonly string[] {
  return [...new Set(rows.flatMap(({ gradings }) => gradings.map(({ strategy }) => strategy)))];
}

function answersOf(
  rows: readonly Row[],
  strategy: string,
): readonly { readonly label: string; readonly grading: Grading }[] {
  return rows.flatMap(({ label, gradings }) =>
    gradings.filter((grading) => grading.strategy === strategy).map((grading) => ({ label, grading })),
  );
}

/** A table laid out as a formatter would. */
function markdown(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = head.map((cell, column) =>
    Math.max(3, cell.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)];
}
