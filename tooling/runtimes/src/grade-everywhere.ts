/**
 * `pnpm runtimes`: packs the packages, grades the three strategies on every engine, prints one table and writes
 * docs/runtimes.md. Fails when a law does not hold, when an engine breaks down, or when two of them behave differently.
 * `pnpm runtimes quick` tries less; `pnpm runtimes ci bun deno` asks only these.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { packFamily } from '@millrace/checks/packed-family';
import { prepareConsumer } from './consumer.ts';
import type { Consumer } from './consumer.ts';
import { engines } from './engine.ts';
import type { Engine } from './engine.ts';
import { fetchPackage } from './fetch-package.ts';
import type { TimedGrading } from './grading.ts';
import { problemsOf, runtimesReport } from './runtimes-report.ts';
import type { Row } from './runtimes-report.ts';
import { strategies } from './strategies.ts';

async function gradeOn({ label, open }: Engine, consumer: Consumer, profile: string): Promise<Row> {
  const opened = open(fetchPackage);
  if ('missing' in opened) return { label, version: '', gradings: [], skipped: opened.missing };
  const { version, grade } = opened;
  process.stderr.write(`${label} …\n`);
  const gradings: TimedGrading[] = [];
  try {
    for (const strategy of strategies) {
      const started = performance.now();
      const grading = await grade(consumer, strategy, profile);
      gradings.push({ ...grading, seconds: (performance.now() - started) / 1000 });
    }
    return { label, version, gradings };
  } catch (error) {
    return { label, version, gradings, crashed: error instanceof Error ? error.message : String(error) };
  }
}

/** So many at a time, in order. */
async function inTurn<T, R>(
  items: readonly T[],
  atOnce: number,
  action: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const waiting = [...items.entries()];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      results[next[0]] = await action(next[1]);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
}

const [profile = 'ci', ...wanted] = process.argv.slice(2);
const chosen = engines.filter(({ id }) => wanted.length === 0 || wanted.includes(id));
using family = packFamily();
const consumer = await prepareConsumer(family.consumer);
const rows = await inTurn(chosen, availableParallelism(), (engine) => gradeOn(engine, consumer, profile));
const report = runtimesReport(rows, profile);
process.stdout.write(report);
const isComplete =
  profile === 'ci' &&
  wanted.length === 0 &&
  rows.every(({ gradings }) => gradings.length === strategies.length);
if (isComplete) writeFileSync(join(import.meta.dirname, '../../../docs/runtimes.md'), report);
const problems = problemsOf(rows);
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
