import { describe, expect, it } from 'vitest';
import type { TimedGrading } from '../src/grading.ts';
import { problemsOf, runtimesReport } from '../src/runtimes-report.ts';
import type { Row } from '../src/runtimes-report.ts';

const grading: TimedGrading = {
  strategy: '@millrace/ring-buffer',
  held: ['S1', 'P1'],
  broken: [],
  vacuous: [],
  schedules: 120_000,
  seconds: 12.3,
  digest: 'aaaa',
  runs: 9000,
  parts: { 'h4/w1/n': '1', laps: '2' },
};
const row = (label: string, change: Partial<TimedGrading> = {}): Row => ({
  label,
  version: '1.0.0',
  gradings: [{ ...grading, ...change }],
});

describe('the report on runtimes', () => {
  it('finds nothing wrong where all laws hold and all digests agree', () => {
    expect(problemsOf([row('Node 20'), row('Bun')])).toEqual([]);
  });

  it('names the runtimes and the scripts where behaviour differs', () => {
    const other = row('Bun', { digest: 'bbbb', parts: { 'h4/w1/n': '3', laps: '2' } });
    expect(problemsOf([row('Node 20'), other])).toEqual([
      '@millrace/ring-buffer behaves differently on Node 20 and Bun: h4/w1/n',
    ]);
    expect(runtimesReport([row('Node 20'), other], 'ci')).toContain('Digests (they differ)');
  });

  it('names each law that does not hold, and each runtime that broke down', () => {
    const broken = row('Bun', { broken: [{ law: 'P3', message: 'fail: Expected this' }] });
    const crashed = { label: 'Deno', version: '2', gradings: [], crashed: 'no such file' };
    expect(problemsOf([broken, crashed])).toEqual([
      'Bun, @millrace/ring-buffer: P3 fail: Expected this',
      'Deno broke down: no such file',
    ]);
    expect(runtimesReport([broken, crashed], 'ci')).toMatch(/breaks P3[\s\S]*broke down/);
  });

  it('says plainly that a runtime was skipped, and why', () => {
    const report = runtimesReport(
      [{ label: 'Bun', version: '1', gradings: [], skipped: 'no package' }],
      'ci',
    );
    expect(report).toContain('skipped: no package');
  });

  it('lists what a runtime cannot show, and not what a strategy does not declare', () => {
    const vacuous = [
      { law: 'S6.gc', message: 'This runtime cannot be made to collect garbage' },
      { law: 'S7.once', message: 'The strategy does not declare fixed memory' },
    ];
    const report = runtimesReport([row('Deno', { vacuous })], 'ci');
    expect(report).toContain('- Deno: S6.gc. This runtime cannot be made to collect garbage.');
    expect(report).not.toContain('S7.once');
  });
});
