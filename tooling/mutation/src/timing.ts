import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { mutatedFiles } from './mutated-files.ts';
import { Sandbox } from './sandbox.ts';
import type { Verdict } from './sandbox.ts';
import { survivors } from './survivors.ts';
import { timingMutants } from './timing-mutants.ts';
import type { TimingMutant } from './timing-mutants.ts';

/** `pnpm --filter @millrace/mutation timing [PART OF A PATH]`: every mutant, and which ones nobody notices. */
const wanted = process.argv[2] ?? '';

interface Job {
  readonly path: string;
  readonly strategies: readonly string[];
  readonly mutant: TimingMutant;
}

const jobs: readonly Job[] = mutatedFiles
  .filter(({ path }) => path.includes(wanted))
  .flatMap(({ path, strategies, kinds }) => {
    return timingMutants(readOriginal(path), path)
      .filter(({ kind }) => kinds.includes(kind))
      .map((mutant) => ({ path, strategies, mutant }));
  });

// Nothing broken is nothing noticed.
if (jobs.length === 0) throw new Error(`No file that is mutated has ${JSON.stringify(wanted)} in its path`);

const verdicts = new Map<Job, Verdict>();
const waiting = [...jobs];

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function work(): Promise<void> {
  using sandbox = new Sandbox();
  for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
    const { path, strategies, mutant } = job;
    const verdict = await sandbox.grade(path, mutant.mutated, strategies);
    verdicts.set(job, verdict);
    const { kind, line, statement } = mutant;
    const place = `${verdicts.size}/${jobs.length} ${verdict.outcome} ${kind} ${path}:${line}`;
    print(`${place} ${statement.slice(0, 80)}${verdict.by === '' ? '' : `  ← ${verdict.by.slice(0, 160)}`}`);
  }
}

{
  using sandbox = new Sandbox();
  const all = [...new Set(jobs.flatMap(({ strategies }) => strategies))];
  const path = 'packages/core/src/pipe-core.ts';
  const { outcome, by } = await sandbox.grade(path, readOriginal(path), all);
  if (outcome !== 'survived') throw new Error(`The suite fails without any mutant: ${by}`);
}

function readOriginal(path: string): string {
  return readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), 'utf8');
}

await Promise.all(Array.from({ length: availableParallelism() }, work));

const isListed = ({ path, mutant }: Job): boolean =>
  survivors.some(
    (known) => known.path === path && known.kind === mutant.kind && known.statement === mutant.statement,
  );
const survived = jobs.filter((job) => verdicts.get(job)?.outcome === 'survived');
const unlisted = survived.filter((job) => !isListed(job));
const stale = survivors.filter(
  ({ path, kind, statement }) =>
    path.includes(wanted) &&
    !survived.some(
      ({ path: at, mutant }) => at === path && mutant.kind === kind && mutant.statement === statement,
    ),
);
for (const { path, mutant } of unlisted) {
  print(`NOT NOTICED ${mutant.kind} ${path}:${mutant.line} ${mutant.statement}`);
}
for (const { path, kind, statement } of stale) print(`LISTED BUT NOTICED ${kind} ${path} ${statement}`);
const listed = survived.length - unlisted.length;
print(
  `${jobs.length} mutants: ${jobs.length - survived.length} noticed, ${listed} listed as equivalent, ` +
    `${unlisted.length} not noticed, ${stale.length} listed wrongly`,
);
process.exitCode = unlisted.length + stale.length === 0 ? 0 : 1;
