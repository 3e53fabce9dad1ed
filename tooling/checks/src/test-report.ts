import { readFileSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import { repositoryRoot } from './workspace.ts';

/** What one vitest run left behind, in figures. */
export interface TestReport {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Full names of what failed. */
  readonly failures: readonly string[];
}

/** The part of vitest's JSON report that is read here. */
interface VitestReport {
  readonly success: boolean;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** Reads a report that vitest wrote, or nothing when there is none or it was cut short. */
export function readTestReport(path: string): TestReport | undefined {
  let report: VitestReport;
  try {
    report = JSON.parse(readFileSync(path, 'utf8')) as VitestReport;
  } catch {
    return undefined;
  }
  return countTests(report);
}

/**
 * Counts single tests. A file that failed as a whole (it did not load, a hook threw) counts as one failure, and
 * so does a run that failed though no test did (an unhandled rejection): vitest counts neither among its tests.
 */
export function countTests(report: VitestReport): TestReport {
  const failures: string[] = [];
  let passed = 0;
  let skipped = 0;
  for (const file of report.testResults) {
    const failed = file.assertionResults.filter(({ status }) => status === 'failed');
    failures.push(...failed.map(({ fullName }) => fullName));
    if (file.status === 'failed' && failed.length === 0) failures.push(`${shortName(file.name)} as a whole`);
    const passedHere = file.assertionResults.filter(({ status }) => status === 'passed').length;
    passed += passedHere;
    skipped += file.assertionResults.length - failed.length - passedHere;
  }
  if (!report.success && failures.length === 0) failures.push('an error outside every test');
  return { passed, failed: failures.length, skipped, failures };
}

function shortName(file: string): string {
  return isAbsolute(file) ? relative(repositoryRoot, file) : file;
}
