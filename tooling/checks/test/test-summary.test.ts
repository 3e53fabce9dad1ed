import { expect, test } from 'vitest';
import { countTests, readTestReport } from '../src/test-report.ts';
import { addUp, summaryLine } from '../src/test-summary.ts';
import { tasksOf } from '../src/turbo-run.ts';

const clean = { passed: 3, failed: 0, skipped: 0, failures: [] };

function run(ok: boolean, tasks: Record<string, boolean>) {
  return { ok, tasks: Object.entries(tasks).map(([id, taskOk]) => ({ id, ok: taskOk })) };
}

test('tests count one by one, every other task as one check', () => {
  const summary = addUp(
    [run(true, { '//#lint': true, 'a#typecheck': true, 'a#test': true })],
    [{ task: 'a#test', report: { ...clean, skipped: 2 } }],
  );
  expect(summaryLine(summary)).toBe('5 passed, 0 failed, 2 skipped');
});

test('a failing test and a failing task are each named and counted', () => {
  const summary = addUp(
    [run(false, { '//#lint': false, 'a#test': false })],
    [{ task: 'a#test', report: { passed: 1, failed: 1, skipped: 0, failures: ['adds'] } }],
  );
  expect(summary.failures).toEqual(['a#test: adds', '//#lint']);
  expect(summaryLine(summary)).toBe('1 passed, 2 failed');
});

test('a package with a test script that left no report is a failure', () => {
  const { failures } = addUp([run(true, { 'a#test': true })], [{ task: 'a#test', report: undefined }]);
  expect(failures).toEqual(['a#test: left no report']);
});

test('a report without a test is a failure', () => {
  const report = { passed: 0, failed: 0, skipped: 0, failures: [] };
  expect(addUp([run(true, { 'a#test': true })], [{ task: 'a#test', report }]).failures).toEqual([
    'a#test: ran no test',
  ]);
});

test('a test task that failed or never ran is a failure however clean its report is', () => {
  for (const tasks of [{ 'a#test': false }, {}]) {
    const { failed } = addUp([run(false, tasks)], [{ task: 'a#test', report: clean }]);
    expect(failed).toBe(1);
  }
});

test('a turbo that fails though every task went well is a failure', () => {
  const summary = addUp([run(false, { 'a#test': true })], [{ task: 'a#test', report: clean }]);
  expect(summary.failures).toEqual(['turbo failed, though no task did']);
});

test('a test file that does not load counts as one failure', () => {
  const report = countTests({
    success: false,
    testResults: [{ name: 'broken.test.ts', status: 'failed', assertionResults: [] }],
  });
  expect(report).toEqual({ passed: 0, failed: 1, skipped: 0, failures: ['broken.test.ts as a whole'] });
});

test('a run that failed outside every test counts as one failure', () => {
  const assertionResults = [{ status: 'passed', fullName: 'adds' }];
  const testResults = [{ name: 'a.test.ts', status: 'passed', assertionResults }];
  expect(countTests({ success: false, testResults }).failed).toBe(1);
  expect(countTests({ success: true, testResults }).failed).toBe(0);
});

test('pending, skipped and todo tests count as skipped, never as passed', () => {
  const assertionResults = ['passed', 'skipped', 'pending', 'todo'].map((status) => ({
    status,
    fullName: status,
  }));
  const testResults = [{ name: 'a.test.ts', status: 'passed', assertionResults }];
  expect(countTests({ success: true, testResults })).toEqual({
    passed: 1,
    failed: 0,
    skipped: 3,
    failures: [],
  });
});

test('a report that is not there reads as none', () => {
  expect(readTestReport('reports/no-such-report.json')).toBeUndefined();
});

test('a task is well when it came from the cache or ended with 0, and a task without a script is none', () => {
  const task = (taskId: string, command: string, status: 'HIT' | 'MISS', exitCode?: number | null) => ({
    taskId,
    command,
    cache: { status },
    execution: exitCode === undefined ? null : { exitCode },
  });
  const summary = {
    tasks: [
      task('a#cached', 'x', 'HIT'),
      task('a#ran', 'x', 'MISS', 0),
      task('a#failed', 'x', 'MISS', 1),
      task('a#killed', 'x', 'MISS', null),
      task('a#never', 'x', 'MISS'),
      task('a#transit', '<NONEXISTENT>', 'MISS'),
    ],
  };
  expect(Object.fromEntries(tasksOf(summary).map(({ id, ok }) => [id, ok]))).toEqual({
    'a#cached': true,
    'a#ran': true,
    'a#failed': false,
    'a#killed': false,
    'a#never': false,
  });
});
