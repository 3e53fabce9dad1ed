import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { versionOf } from '../version-of.ts';
import { contendersFor } from './contenders-for.ts';
import { speedContenders } from './contenders.ts';
import type { SpeedEntry } from './contenders.ts';
import { goals, workloadsOf } from './goals.ts';
import { isMissed, judgeGoal } from './judge-goal.ts';
import { describeMachine, machineLine } from './machine.ts';
import { full, quick } from './profile.ts';
import { goalText } from './report/goals-text.ts';
import { progressLine } from './report/progress-line.ts';
import type { Results } from './results.ts';
import { runWorkload } from './run-workload.ts';
import { isInQuick, sections } from './sections.ts';
import { isAskedFor, parseSpeedArguments, usage } from './speed-arguments.ts';
import type { SpeedArguments } from './speed-arguments.ts';
import type { Workload } from './workload.ts';

/** @returns The exit code: 1 when a contender broke or a goal is missed, 2 for a wrong call. */
async function main(argv: readonly string[]): Promise<number> {
  let asked: SpeedArguments | 'help';
  try {
    asked = parseSpeedArguments(argv);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  if (asked === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  const results = asked.from === undefined ? await measureAll(asked) : read(asked.from);
  process.stdout.write(`${machineLine(results.machine)}\n`);
  write(asked, results);
  for (const { contender, workload, message } of results.problems)
    process.stdout.write(`not measured: ${contender} on ${workload}: ${message}\n`);
  if (!asked.wantsGoals) return 0;
  const judged = goals
    .filter((goal) => workloadsOf(goal).some((id) => isAskedFor(asked.only, '', id)))
    .map((goal) => judgeGoal(goal, results));
  for (const one of judged) process.stdout.write(`${goalText(one)}\n`);
  const missed = judged.filter(isMissed).length;
  process.stdout.write(`${judged.length - missed} of ${judged.length} goals reached\n`);
  return missed > 0 ? 1 : 0;
}

async function measureAll(asked: SpeedArguments): Promise<Results> {
  const profile = asked.isQuick ? quick : full;
  const entries = asked.contenders.length > 0 ? asked.contenders : speedContenders;
  const found: Pick<Results, 'cells' | 'problems'>[] = [];
  for (const workload of workloadsFor(asked)) {
    const able = await contendersFor(workload, entries);
    const result = await runWorkload(workload, able, profile);
    process.stdout.write(`${progressLine(workload, result.cells)}\n`);
    found.push(result);
  }
  return {
    machine: describeMachine(),
    profile: profile.name,
    versions: Object.fromEntries(entries.map((entry) => [entry.id, versionText(entry)])),
    cells: found.flatMap(({ cells }) => cells),
    problems: found.flatMap(({ problems }) => problems),
  };
}

function workloadsFor({ only, isQuick, wantsGoals }: SpeedArguments): readonly Workload[] {
  const needed = new Set(goals.flatMap(workloadsOf));
  return sections.flatMap(({ id: section, workloads }) =>
    workloads.filter(
      (workload) =>
        isAskedFor(only, section, workload.id) &&
        (!isQuick || only.length > 0 || isInQuick(workload)) &&
        (!wantsGoals || needed.has(workload.id)),
    ),
  );
}

function versionText({ versionOf: name, flags26 }: SpeedEntry): string {
  return versionOf(name, flags26 === undefined ? process.version : 'v26');
}

function read(path: string): Results {
  return JSON.parse(readFileSync(path, 'utf8')) as Results;
}

/** A part of the results, or a judgement alone, replaces no page. */
function write({ isQuick, only, contenders, from, wantsGoals }: SpeedArguments, results: Results): void {
  if (only.length > 0 || contenders.length > 0 || from !== undefined || wantsGoals) return;
  const folder = new URL(isQuick ? '../../reports/' : '../../../../docs/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const file = new URL('performance.json', folder);
  writeFileSync(file, `${JSON.stringify(results)}\n`);
  process.stdout.write(`wrote ${fileURLToPath(file)}\n`);
}

process.exitCode = await main(process.argv.slice(2));
