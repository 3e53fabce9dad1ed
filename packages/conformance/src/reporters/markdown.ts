import { timelineText } from '../failure-text.ts';
import { laws } from '../laws.ts';
import type { Law } from '../laws.ts';
import type { RunRecord, SubjectRecord } from '../run-record.ts';
import { explain, marks } from './marks.ts';

/** A table of laws and subjects, and below it what was broken, how. */
export function markdownReport({ subjects, seed, profile }: RunRecord): string {
  const columns = subjects.map(({ name }) => `\`${name}\``);
  const rows = laws.flatMap((law) => rowOf(law, subjects));
  const lines = [
    '# Conformance',
    '',
    `Profile ${profile}, seed ${seed}. ${Object.entries(marks)
      .map(([status, mark]) => `${mark} ${status}`)
      .join(', ')}.`,
    '',
    `| law | | ${columns.join(' | ')} |`,
    `| --- | --- | ${columns.map(() => ':-:').join(' | ')} |`,
    ...rows,
    `| | verdict | ${subjects.map(({ verdict }) => verdict).join(' | ')} |`,
    `| | schedules | ${subjects.map(({ schedules }) => schedules).join(' | ')} |`,
    ...subjects.flatMap(detailsOf),
  ];
  return `${lines.join('\n')}\n`;
}

function rowOf(law: Law, subjects: readonly SubjectRecord[]): readonly string[] {
  const found = subjects.map((subject) => subject.laws.find((record) => record.law.id === law.id));
  if (found.every((record) => record === undefined)) return [];
  const cells = found.map((record) => (record === undefined ? '' : marks[record.result.status]));
  return [`| ${law.id} | ${law.title} | ${cells.join(' | ')} |`];
}

function detailsOf({ name, laws: records }: SubjectRecord): readonly string[] {
  const told = records.filter(({ result }) => result.status !== 'pass' && result.status !== 'not-claimed');
  if (told.length === 0) return [];
  return [
    '',
    `## \`${name}\``,
    ...told.flatMap(({ law, result: { status, message, counterexample } }) => [
      '',
      `**${law.id} ${status}**: ${explain(status, message)}`,
      ...(counterexample === undefined || counterexample.timeline.length === 0
        ? []
        : ['', '```', ...timelineText(counterexample.timeline), '```']),
    ]),
  ];
}
