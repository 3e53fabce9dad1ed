import { beforeAll, describe, expect, it } from 'vitest';
import { conformance } from '../../src/index.ts';
import type { Status } from '../../src/index.ts';
import { register } from './subjects/register.ts';
import { findRuntime, runTests, vitestCommand } from './test-runners.ts';

const statuses: Status[] = [];

beforeAll(async () => {
  const plans: Promise<void>[] = [];
  register((strategy, options) => {
    for (const one of conformance(strategy, options)) {
      plans.push(Promise.resolve(one.run()).then(({ status }) => void statuses.push(status)));
    }
  });
  await Promise.all(plans);
});

function count(...wanted: readonly Status[]): number {
  return statuses.filter((status) => wanted.includes(status)).length;
}

const figureIn = (output: string, pattern: RegExp): number => Number(pattern.exec(output)?.[1] ?? Number.NaN);

describe('a test runner goes red for what is broken and what cannot be judged, and never green for the rest', () => {
  it('in node:test', async () => {
    const { exitCode, output } = await runTests(process.execPath, [
      '--test',
      '--test-reporter=tap',
      'in-node.ts',
    ]);
    expect(exitCode).toBe(1);
    expect(figureIn(output, /^# pass (\d+)$/m)).toBe(count('pass'));
    expect(figureIn(output, /^# fail (\d+)$/m)).toBe(count('fail', 'unknown'));
    expect(figureIn(output, /^# skipped (\d+)$/m)).toBe(count('vacuous', 'not-claimed', 'known-failure'));
    expect(output).toMatch(/ok \d+ - \[S9\] .* # SKIP not-claimed: the subject does not claim it/);
    expect(output).toMatch(/ok \d+ - \[S7\] .* # SKIP vacuous: The strategy does not declare fixed memory/);
    expect(output).toMatch(/ok \d+ - \[S1\] .* # SKIP known-failure: it is being mended \(Expected/);
    expect(output).toMatch(/\[S1\] fail: Expected take to give .*\n.*expected take/);
    expect(output).toContain('[P3] unknown: The case itself failed: Error: there is no macrotask here');
  });

  it('in vitest', async () => {
    const { exitCode, output } = await runTests(process.execPath, [vitestCommand(), 'run', '--root', '.']);
    expect(exitCode).toBe(1);
    const lines = output.split('\n').filter((line) => /^(not )?ok /.test(line));
    const isSkipped = (line: string): boolean => line.includes(' # SKIP');
    expect(lines.filter((line) => line.startsWith('ok ') && !isSkipped(line))).toHaveLength(count('pass'));
    expect(lines.filter((line) => line.startsWith('not ok '))).toHaveLength(count('fail', 'unknown'));
    expect(lines.filter(isSkipped)).toHaveLength(count('vacuous', 'not-claimed', 'known-failure'));
    expect(output).toContain('[P3] unknown: The case itself failed: Error: there is no macrotask here');
  });

  it('in bun:test', async ({ skip }) => {
    const bun = findRuntime('bun');
    if (bun === undefined) {
      skip('Bun is not installed here');
      return;
    }
    const { exitCode, output } = await runTests(bun, ['test', './in-bun.ts']);
    expect(exitCode).toBe(1);
    // Bun cannot skip a test that has begun; it says what it was.
    expect(figureIn(output, /^ *(\d+) pass$/m)).toBe(count('pass', 'vacuous', 'known-failure'));
    expect(figureIn(output, /^ *(\d+) fail$/m)).toBe(count('fail', 'unknown'));
    expect(figureIn(output, /^ *(\d+) skip$/m)).toBe(count('not-claimed'));
    expect(output.match(/: vacuous: The strategy does not declare/g)).toHaveLength(count('vacuous'));
    expect(output).toContain('[P3] unknown: The case itself failed: Error: there is no macrotask here');
  });

  it('in Deno', async ({ skip }) => {
    const deno = findRuntime('deno');
    if (deno === undefined) {
      skip('Deno is not installed here');
      return;
    }
    const { exitCode, output } = await runTests(deno, ['test', '--no-check', './in-deno.ts']);
    expect(exitCode).toBe(1);
    const figures = /(\d+) passed \| (\d+) failed \| (\d+) ignored \((\d+) steps\)/.exec(output)?.slice(1);
    expect(figures?.map(Number)).toEqual([
      count('pass', 'vacuous', 'known-failure'),
      count('fail', 'unknown'),
      count('not-claimed'),
      count('vacuous', 'known-failure'),
    ]);
    expect(output).toContain('vacuous: The strategy does not declare fixed memory ... ignored');
    expect(output).toContain('[P3] unknown: The case itself failed: Error: there is no macrotask here');
  });
});
