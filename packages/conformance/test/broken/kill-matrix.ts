import { conformance } from '../../src/index.ts';
import { laws } from '../../src/laws.ts';
import type { LawId } from '../../src/laws.ts';
import { worst } from '../../src/result.ts';
import type { Result, Status } from '../../src/result.ts';
import type { BrokenSubject } from './broken-subject.ts';

/** What the suite says about one broken subject: one result for each law of its kind. */
export interface MatrixRow {
  readonly name: string;
  readonly results: ReadonlyMap<LawId, Result>;
}

/** Runs the laws of a store for a store, and those of a pipe for a pipe, as the quick profile has them. */
export async function tryOut(
  subject: BrokenSubject,
  only: readonly LawId[] = lawsFor(subject),
): Promise<MatrixRow> {
  const { name, strategy, createPipe, claims, supports } = subject;
  const all = new Map<LawId, Result[]>();
  const options = {
    ...(createPipe && { createPipe }),
    ...(claims && { claims }),
    ...(supports && { supports }),
  };
  for (const one of conformance(strategy, { ...options, laws: only })) {
    const result = await one.run();
    all.set(one.law, [...(all.get(one.law) ?? []), result]);
  }
  const results = new Map<LawId, Result>();
  for (const [law, found] of all) {
    const result = worst(found);
    if (result !== undefined) results.set(law, result);
  }
  return { name, results };
}

export function lawsFor({ createPipe }: BrokenSubject): readonly LawId[] {
  const kind = createPipe === undefined ? 'S' : 'P';
  return laws.map(({ id }) => id).filter((id) => id.startsWith(kind));
}

export function killersIn({ results }: MatrixRow): readonly LawId[] {
  return [...results].filter(([, { status }]) => status === 'fail').map(([law]) => law);
}

const cells: Readonly<Partial<Record<Status, string>>> = {
  fail: '✗',
  pass: '·',
  vacuous: 'v',
  unknown: '?',
  'not-claimed': '',
};

/** The matrix as Markdown, laid out as a formatter would. */
export function matrixTable(title: string, rows: readonly MatrixRow[]): string {
  const columns = [...new Set(rows.flatMap(({ results }) => [...results.keys()]))];
  const table = [
    ['Subject', ...columns, 'First counterexample'],
    ...rows.map((row) => [
      row.name,
      ...columns.map((law) => cells[row.results.get(law)?.status ?? 'not-claimed'] ?? '!'),
      firstReplay(row),
    ]),
  ];
  const widths = table[0]?.map((_, column) => Math.max(3, ...table.map((line) => line[column]?.length ?? 0)));
  const lines = table.map(
    (line) => `| ${line.map((cell, column) => cell.padEnd(widths?.[column] ?? 0)).join(' | ')} |`,
  );
  const rule = `| ${widths?.map((width) => '-'.repeat(width)).join(' | ') ?? ''} |`;
  const legend = '✗ fails, · passes, v never came up, ? could not be judged, blank is not claimed.';
  return [`# ${title}`, '', legend, '', lines[0] ?? '', rule, ...lines.slice(1), ''].join('\n');
}

function firstReplay(row: MatrixRow): string {
  const [law] = killersIn(row);
  const replay = law === undefined ? undefined : row.results.get(law)?.counterexample?.replay;
  return replay === undefined ? '' : `\`${replay}\``;
}
