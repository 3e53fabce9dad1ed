/**
 * `pnpm test`: lint, format, types, unit tests, conformance and repository checks through turbo, then the
 * end-to-end tests alone, and one line at the end that adds up all of them.
 */
import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { readTestReport } from './test-report.ts';
import { addUp, summaryLine } from './test-summary.ts';
import { runTurbo } from './turbo-run.ts';
import { workspacePackages } from './workspace.ts';

const expected = workspacePackages().flatMap(({ path, manifest }) =>
  ['test', 'e2e']
    .filter((task) => manifest.scripts?.[task] !== undefined)
    .map((task) => ({ task: `${manifest.name}#${task}`, path: join(path, `reports/${task}.json`) })),
);

// A report that an earlier run left must not speak for this one; for a task in its cache turbo brings it back.
for (const { path } of expected) rmSync(path, { force: true });

// End-to-end tests move gigabytes and hold memory and time to limits, so nothing else runs beside them.
const runs = [
  runTurbo(['lint', 'format:check', 'typecheck', 'test'], {
    concurrency: Math.min(availableParallelism(), 4),
  }),
  runTurbo(['e2e'], { concurrency: 1 }),
];

const summary = addUp(
  runs,
  expected.map(({ task, path }) => ({ task, report: readTestReport(path) })),
);
const lines =
  summary.failures.length === 0 ? [] : ['Failed:', ...summary.failures.map((name) => `  ${name}`), ''];
process.stdout.write(`${['', ...lines, summaryLine(summary)].join('\n')}\n`);
process.exitCode = summary.failed === 0 ? 0 : 1;
