/**
 * `pnpm runtimes`: packs the packages, grades the three strategies on every runtime, prints one table and writes
 * docs/runtimes.md. Fails when a law does not hold, when a runtime breaks down, or when two of them behave differently.
 * `pnpm runtimes quick` tries less; `pnpm runtimes ci bun deno` asks only these.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { packFamily } from '@millrace/checks/packed-family';
import { fetchPackage } from './fetch-package.ts';
import { prepareConsumer, runOn } from './run-on.ts';
import { runtimes } from './runtime.ts';
import type { Runtime } from './runtime.ts';
import { problemsOf, runtimesReport } from './runtimes-report.ts';
import type { Row } from './runtimes-report.ts';

export const strategies: readonly string[] = [
  '@millrace/copy-on-yield',
  '@millrace/ring-buffer',
  '@millrace/chunk-queue',
];

async function gradeOn(runtime: Runtime, consumer: string, profile: string): Promise<Row> {
  const { label, version, args } = runtime;
  const fetched = fetchPackage(runtime);
  if ('missing' in fetched) return { label, version, gradings: [], skipped: fetched.missing };
  process.stderr.write(`${label} …\n`);
  try {
    const { executable } = fetched;
    return { label, version, gradings: await runOn({ executable, args, consumer, profile, strategies }) };
  } catch (error) {
    return { label, version, gradings: [], crashed: error instanceof Error ? error.message : String(error) };
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
const chosen = runtimes.filter(({ id }) => wanted.length === 0 || wanted.includes(id));
using family = packFamily();
prepareConsumer(family.consumer);
const rows = await inTurn(chosen, availableParallelism(), (runtime) =>
  gradeOn(runtime, family.consumer, profile),
);
const report = runtimesReport(rows, profile);
process.stdout.write(report);
const isComplete =
  profile === 'ci' && rows.every(({ gradings }) => gradings.length > 0) && wanted.length === 0;
if (isComplete) writeFileSync(join(import.meta.dirname, '../../../docs/runtimes.md'), report);
const problems = problemsOf(rows);
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
