import { describe, expect, it } from 'vitest';
import { bumpTable, trialTable } from '../src/rehearsal-report.ts';

describe('the table of package managers', () => {
  const whole = { label: 'npm', version: '11.0.0', runsOn: 'Node 24', done: { install: 'yes' } } as const;

  it('has a row for each, with what each step came to', () => {
    const [head, , row] = trialTable([whole]).split('\n');
    expect(head).toMatch(/^package manager +code runs on +install +stream a body/);
    expect(row).toMatch(/^npm 11\.0\.0 +Node 24 +yes$/);
  });

  it('says at which step one failed, and leaves the later ones empty', () => {
    const failed = { ...whole, label: 'bun', failure: { step: 'stream a body', message: 'no' } } as const;
    expect(trialTable([whole, failed]).split('\n').at(-1)).toMatch(/^bun 11\.0\.0 +Node 24 +yes +FAILED$/);
  });
});

describe('the table of versions', () => {
  it('shows what moved from where to where, and what stayed', () => {
    const table = bumpTable({
      change: { name: 'ring', level: 'patch', text: 'Repaired.' },
      packages: [
        { name: 'ring', before: '0.1.0', after: '0.1.1', why: 'its changeset says patch' },
        { name: 'core', before: '0.1.0', after: '0.1.0', why: 'not concerned' },
      ],
      problems: [],
    });
    expect(table).toMatch(/^A patch change of ring\n/);
    expect(table).toMatch(/ring +0\.1\.0 → 0\.1\.1 +its changeset says patch/);
    expect(table).toMatch(/core +0\.1\.0 +not concerned/);
  });
});
