import type { TestReport } from './test-report.ts';
import type { TurboRun } from './turbo-run.ts';

/** Everything that was checked, added up. */
export interface TestSummary {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** One line for each failure. */
  readonly failures: readonly string[];
}

/** One package's tests: the turbo task that runs them, and what they left behind. */
export interface ExpectedReport {
  readonly task: string;
  readonly report: TestReport | undefined;
}

/**
 * Adds up tests one by one, and every other task (lint, format, types) as one check. Nothing that went wrong is
 * lost: a test task without a report or without a test, one that failed though its report is clean, and a turbo
 * that failed though no task did, each count as a failure.
 */
export function addUp(runs: readonly TurboRun[], reports: readonly ExpectedReport[]): TestSummary {
  const results = new Map(runs.flatMap(({ tasks }) => tasks.map(({ id, ok }) => [id, ok] as const)));
  const failures: string[] = [];
  let passed = 0;
  let skipped = 0;

  for (const { task, report } of reports) {
    if (report === undefined) {
      failures.push(`${task}: left no report`);
    } else {
      passed += report.passed;
      skipped += report.skipped;
      failures.push(...report.failures.map((name) => `${task}: ${name}`));
      if (report.passed + report.failed + report.skipped === 0) failures.push(`${task}: ran no test`);
      else if (results.get(task) !== true && report.failed === 0) {
        failures.push(`${task}: did not end well, though no test failed`);
      }
    }
  }

  const counted = new Set(reports.map(({ task }) => task));
  for (const [task, ok] of results) {
    if (counted.has(task)) continue;
    if (ok) passed += 1;
    else failures.push(task);
  }
  if (runs.some(({ ok }) => !ok) && failures.length === 0) failures.push('turbo failed, though no task did');
  return { passed, failed: failures.length, skipped, failures };
}

/** The last line that the test command prints. */
export function summaryLine({ passed, failed, skipped }: TestSummary): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
