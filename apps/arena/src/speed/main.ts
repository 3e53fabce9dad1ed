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
import { findRuntime } from './runtime.ts';
import type { Runtime } from './runtime.ts';
import { goalCounts } from './report/goal-counts.ts';
import { goalText } from './report/goals-text.ts';
import { htmlPage } from './report/html.ts';
import { performancePage } from './report/performance-page.ts';
import type { RenderedAdvice } from './report/render-advice.ts';
import { progressLine } from './report/progress-line.ts';
import type { Results } from './results.ts';
import { runWorkload } from './run-workload.ts';
import { isInQuick, sections } from './sections.ts';
import { isAskedFor, parseSpeedArguments, replacesPages, usage } from './speed-arguments.ts';
import type { SpeedArguments } from './speed-arguments.ts';
import { unitOf } from './workload.ts';
import type { Workload } from './workload.ts';

/** @returns The exit code: 1 when a goal is missed or the page says what the record does not, 2 for a wrong call. */
async function main(argv: readonly string[]): Promise<number> {
  let asked: SpeedArguments | 'help';
  let earlier: Results | undefined;
  let runtime: Runtime | undefined;
  try {
    asked = parseSpeedArguments(argv);
    if (asked !== 'help') {
      earlier = asked.from === undefined ? undefined : read(asked.from);
      runtime = earlier === undefined ? findRuntime(asked.runtime) : undefined;
    }
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  if (asked === 'help' || (earlier ?? runtime) === undefined) {
    process.stdout.write(usage);
    return 0;
  }
  const results = earlier ?? (await measureAll(asked, runtime as Runtime));
  process.stdout.write(`${machineLine(results.machine)}\n`);
  for (const { contender, workload, message } of results.problems)
    process.stdout.write(`not measured: ${contender} on ${workload}: ${message}\n`);
  if (replacesPages(asked)) return (await write(results)) ? 0 : 1;
  if (!asked.wantsGoals) return 0;
  const judged = goals
    .filter((goal) => workloadsOf(goal).some((id) => isAskedFor(asked.only, '', id)))
    .map((goal) => judgeGoal(goal, results));
  for (const one of judged) process.stdout.write(`${goalText(one)}\n`);
  const missed = judged.filter(isMissed).length;
  const { all, reached, 'within-noise': within } = goalCounts(judged);
  process.stdout.write(
    `${reached} of ${all} goals reached, ${within} missed within noise, ${missed} missed\n`,
  );
  return missed > 0 ? 1 : 0;
}

async function measureAll(asked: SpeedArguments, runtime: Runtime): Promise<Results> {
  const profile = { ...(asked.isQuick || asked.runtime !== 'node' ? quick : full), runtime };
  const entries = asked.contenders.length > 0 ? asked.contenders : speedContenders;
  const found: Pick<Results, 'cells' | 'problems'>[] = [];
  const start = performance.now();
  for (const workload of workloadsFor(asked)) {
    const able = await contendersFor(workload, entries, asked.runtime);
    const result = await runWorkload(workload, able, profile);
    process.stdout.write(`${progressLine(workload, result.cells)}\n`);
    found.push(result);
  }
  return {
    machine: describeMachine(runtime.label),
    profile: profile.name,
    tookSeconds: Math.round((performance.now() - start) / 1000),
    versions: Object.fromEntries(entries.map((entry) => [entry.id, versionText(entry)])),
    cells: found.flatMap(({ cells }) => cells),
    problems: found.flatMap(({ problems }) => problems),
  };
}

function workloadsFor({ only, isQuick, wantsGoals, runtime }: SpeedArguments): readonly Workload[] {
  const needed = new Set(goals.flatMap(workloadsOf));
  return sections.flatMap(({ id: section, workloads }) =>
    workloads.filter(
      (workload) =>
        isAskedFor(only, section, workload.id) &&
        ((!isQuick && runtime === 'node') || only.length > 0 || isInQuick(workload)) &&
        // Memory is counted as V8 counts it, after collections that V8 is told to make.
        (runtime === 'node' || runtime === 'node26' || unitOf(workload).startsWith('ns')) &&
        (!wantsGoals || needed.has(workload.id)),
    ),
  );
}

function versionText({ versionOf: name, flags26 }: SpeedEntry): string {
  return versionOf(name, flags26 === undefined ? process.version : 'v26');
}

function read(path: string): Results {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Results;
  } catch (error) {
    throw new Error(`--from is "${path}": ${(error as Error).message}`, { cause: error });
  }
}

/** @returns Whether the page says nothing but what the record bears out. */
async function write(results: Results): Promise<boolean> {
  // A rough run replaces no published page.
  const folder = new URL(
    results.profile === 'quick' ? '../../reports/' : '../../../../docs/',
    import.meta.url,
  );
  mkdirSync(folder, { recursive: true });
  // First, and whatever becomes of the page: it is all that took time.
  writeFileSync(new URL('performance.json', folder), `${JSON.stringify(results)}\n`);
  writeFileSync(new URL('performance.html', folder), htmlPage(results));
  let page: RenderedAdvice;
  try {
    page = await performancePage(results);
  } catch (error) {
    process.stdout.write(
      `wrote performance.html and performance.json into ${fileURLToPath(folder)}, but no performance.md\n${(error as Error).message}\n`,
    );
    return false;
  }
  writeFileSync(new URL('performance.md', folder), page.text);
  process.stdout.write(
    `wrote performance.md, performance.html and performance.json into ${fileURLToPath(folder)}\n`,
  );
  if (page.untrue.length === 0) return true;
  process.stdout.write(
    `These words of performance.md no longer hold; rewrite them in apps/arena/src/speed/report/advice.md:\n${page.untrue.map((one) => `- ${one}`).join('\n')}\n`,
  );
  return false;
}

process.exitCode = await main(process.argv.slice(2));
