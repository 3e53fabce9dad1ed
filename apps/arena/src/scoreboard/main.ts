import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { htmlReport, isProfileName } from '@millrace/conformance';
import type { ProfileName, TimelineStep } from '@millrace/conformance';
import { format, resolveConfig } from 'prettier';
import { contenders } from '../contenders.ts';
import type { ContenderEntry } from '../contenders.ts';
import { askGrading } from './ask-grading.ts';
import { gradeAll } from './grade-all.ts';
import type { Graded } from './grade-all.ts';
import { findNode26 } from '../node-26.ts';
import { commandOf, scoreboardPage, unexplained } from './scoreboard-page.ts';

const docs = new URL('../../../../docs/', import.meta.url);

const usage = `Usage: scoreboard [CONTENDER…] [--profile quick|ci|deep] [--replay CODE]

Grades everybody and writes docs/scoreboard.md and docs/scoreboard.html; with names, grades those and prints.
Contenders: ${contenders.map(({ id }) => id).join(', ')}
`;

/** @returns The exit code: 1 when a divergence was found that nobody has looked into, 2 for a wrong call. */
async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      profile: { type: 'string', default: 'ci' },
      replay: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const { profile, replay } = values;
  const named = positionals.map((id) => contenders.find((entry) => entry.id === id));
  const isKnown = named.every((entry) => entry !== undefined);
  if (
    values.help === true ||
    !isKnown ||
    !isProfileName(profile) ||
    (replay !== undefined && named.length === 0)
  ) {
    process.stdout.write(usage);
    return values.help === true ? 0 : 2;
  }
  if (replay !== undefined) return replayOn(named, replay);
  return named.length > 0 ? printSome(named, profile) : publish(profile);
}

async function publish(profile: ProfileName): Promise<number> {
  const rows = await gradeAll(contenders, profile, print);
  const page = new URL('scoreboard.md', docs);
  const options = await resolveConfig(page);
  writeFileSync(page, await format(scoreboardPage(rows, profile), { ...options, parser: 'markdown' }));
  const subjects = rows.map(({ entry, record }) => ({ ...record, command: commandOf(entry) }));
  writeFileSync(new URL('scoreboard.html', docs), htmlReport({ contract: 1, seed: 1, profile, subjects }));
  process.stdout.write('wrote docs/scoreboard.md and docs/scoreboard.html\n');
  return complain(rows);
}

async function printSome(entries: readonly ContenderEntry[], profile: ProfileName): Promise<number> {
  return complain(await gradeAll(entries, profile, print));
}

function print({ entry, version, record }: Graded): void {
  process.stdout.write(`${entry.id} (${version}): ${record.schedules} schedules\n`);
  for (const { law, result } of record.laws) {
    if (result.status !== 'not-claimed')
      process.stdout.write(`  ${law.id} ${result.status} ${result.message ?? ''}\n`);
  }
}

function complain(rows: readonly Graded[]): number {
  const open = unexplained(rows);
  if (open.length > 0) process.stdout.write(`Not looked into yet: ${open.join(', ')}\n`);
  return open.length > 0 ? 1 : 0;
}

async function replayOn(entries: readonly ContenderEntry[], code: string): Promise<number> {
  for (const { title, file, strategy, flags26 } of entries) {
    const node26 = flags26 && findNode26();
    const answer = await askGrading(
      { title, file: file.href, strategy, profile: 'quick', replay: code },
      { ...(node26 !== undefined && { execPath: node26 }), ...(flags26 && { flags: flags26 }) },
    );
    if (typeof answer === 'string') {
      process.stdout.write(`${title}: ${answer}\n`);
      continue;
    }
    process.stdout.write(`${title}  ${code}\n${(answer.timeline ?? []).map(lineOf).join('')}`);
    for (const { law, result } of answer.record.laws)
      process.stdout.write(`  ${law.id} ${result.status} ${result.message ?? ''}\n`);
  }
  return 0;
}

function lineOf({ side, text, answer = '' }: TimelineStep): string {
  return `  ${side.padEnd(9)} ${[text, answer].filter((part) => part !== '').join(' → ')}\n`;
}

process.exitCode = await main(process.argv.slice(2));
