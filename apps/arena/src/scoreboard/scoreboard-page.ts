import { laws, marks } from '@millrace/conformance';
import type { LawId, LawRecord, ProfileName } from '@millrace/conformance';
import type { ContenderEntry } from '../contenders.ts';
import { explanations } from './explanations.ts';
import type { Graded } from './grade-all.ts';

const ofPipe = laws.filter(({ id }) => id.startsWith('P'));

/** The whole page, as Markdown. */
export function scoreboardPage(rows: readonly Graded[], profile: ProfileName): string {
  return `${[
    '# Scoreboard',
    '',
    '<!-- Written by `npx -y pnpm@12 scoreboard`. Change `apps/arena`, and run it again. -->',
    '',
    'The laws of [our contract](../packages/core/CONTRACT.md) put to the pipes that people use today, by the same suite',
    'that grades ours. **They are our laws, not theirs**: a library is asked only about those that its own documentation',
    'promises, every other one reads “not claimed”, and what is documented to be otherwise is not claimed. ✗ is a',
    'divergence from our contract; whether it matters to you is for you to say.',
    '',
    `Profile \`${profile}\`, seed 1. ${legend()}`,
    '',
    `| contender | version | ${ofPipe.map(({ id }) => id).join(' | ')} | schedules |`,
    `| --- | --- | ${ofPipe.map(() => ':-:').join(' | ')} | --: |`,
    ...rows.map(rowOf),
    '',
    ...ofPipe.map(({ id, title }) => `- **${id}** ${title}`),
    '',
    '## Divergences',
    '',
    'Each was found by the suite and then seen in the library itself, without our adapter, in',
    '[`divergences.test.ts`](../apps/arena/test/divergences.test.ts).',
    ...rows.flatMap(divergencesOf),
    ...unknownsOf(rows),
    '',
    '## What each promises',
    '',
    'Where the documentation says so. How each library is called is in',
    '[`apps/arena/src/contenders`](../apps/arena/src/contenders), one short file each.',
    '',
    '| contender | laws |',
    '| --- | --- |',
    ...rows.map(
      ({ entry, claims }) =>
        `| ${entry.title} | ${ofPipe
          .filter(({ id }) => claims[id] !== undefined)
          .map(({ id }) => `[${id}](${claims[id] ?? ''})`)
          .join(' ')} |`,
    ),
  ].join('\n')}\n`;
}

function legend(): string {
  return `${marks.pass} kept in every schedule, ${marks.fail} diverges, ${marks['not-claimed']} not claimed, ${marks.unknown} could not be judged, ${marks.vacuous} never came up.`;
}

function rowOf({ entry, version, record }: Graded): string {
  const cells = ofPipe.map(({ id }) => {
    const status = record.laws.find(({ law }) => law.id === id)?.result.status ?? 'not-claimed';
    return marks[status];
  });
  return `| ${entry.title} | ${version} | ${cells.join(' | ')} | ${record.schedules} |`;
}

function divergencesOf(row: Graded): readonly string[] {
  const found = row.record.laws.filter(({ result }) => result.status === 'fail');
  return found.length === 0
    ? []
    : ['', `### ${row.entry.title}`, ...found.flatMap((one) => detailsOf(row, one))];
}

function detailsOf({ entry, version, node, claims }: Graded, { law, result }: LawRecord): readonly string[] {
  const { replay = '', expected = '', got = '' } = result.counterexample ?? {};
  const on = entry.versionOf === 'node' ? '' : ` on Node ${node.slice(1)}`;
  return [
    '',
    `**[${law.id}](${claims[law.id] ?? ''})**, ${version}${on}. ${explanationOf(entry.id, law.id)}`,
    '',
    `Expected ${expected}; got ${got}.`,
    '',
    '```sh',
    `${commandOf(entry)} --replay '${replay}'`,
    '```',
  ];
}

/** What runs a contender again. */
export function commandOf({ id }: ContenderEntry): string {
  return `npx -y pnpm@12 scoreboard ${id}`;
}

function explanationOf(id: string, law: LawId): string {
  return explanations[id]?.[law] ?? 'Not yet explained.';
}

function unknownsOf(rows: readonly Graded[]): readonly string[] {
  const lines = rows.flatMap(({ entry, record }) => {
    const one = record.laws.find(({ result }) => result.status === 'unknown');
    return one === undefined ? [] : [`- ${entry.title}: ${one.result.message ?? ''}`];
  });
  return lines.length === 0 ? [] : ['', '## Not judged', '', ...lines];
}

/** Divergences that nobody has looked into yet, as `streamx-readable P1`. */
export function unexplained(rows: readonly Graded[]): readonly string[] {
  return rows.flatMap(({ entry, record }) =>
    record.laws
      .filter(({ law, result }) => result.status === 'fail' && explanations[entry.id]?.[law.id] === undefined)
      .map(({ law }) => `${entry.id} ${law.id}`),
  );
}
