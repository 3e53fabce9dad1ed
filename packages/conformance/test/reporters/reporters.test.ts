import { describe, expect, it } from 'vitest';
import { lawOf } from '../../src/laws.ts';
import { htmlReport } from '../../src/reporters/html.ts';
import { jsonReport } from '../../src/reporters/json.ts';
import { junitReport } from '../../src/reporters/junit.ts';
import { markdownReport } from '../../src/reporters/markdown.ts';
import { prettyLaw, prettyProgress, prettySummary } from '../../src/reporters/pretty.ts';
import { tapReport } from '../../src/reporters/tap.ts';
import type { Result } from '../../src/result.ts';
import type { LawRecord, RunRecord, SubjectRecord } from '../../src/run-record.ts';

const evidence = { schedules: 7, checks: 1234 };
const record = (result: Result): LawRecord => ({ law: lawOf(result.law), result });

const broken: Result = {
  law: 'P1',
  status: 'fail',
  message: 'Expected all 2 bytes, got "<1> & more"',
  evidence,
  counterexample: {
    replay: 'h4/w1.w1.e/n.n~CPDPCP',
    expected: 'all 2 bytes',
    got: '"<1> & more"',
    timeline: [
      {
        side: 'producer',
        text: 'write(1 byte)',
        answer: 'true',
        state: { buffered: [0, 1], size: 1, marks: [2, 4] },
      },
      { side: 'turns', text: 'microtasks run dry' },
      {
        side: 'consumer',
        text: 'next()',
        answer: 'the end',
        state: { buffered: [0, 2], size: 1, marks: [2, 4] },
      },
      { side: 'consumer', text: '"<1> & more"', answer: 'expected all 2 bytes', isFailure: true },
    ],
  },
};

const subject: SubjectRecord = {
  name: '<odd> #name',
  specifier: './odd.js',
  verdict: 'violations',
  schedules: 12_345,
  laws: [
    record({ law: 'S1', status: 'pass', evidence }),
    record({ law: 'S7', status: 'vacuous', message: 'it is not fixed', evidence }),
    record(broken),
    record({ law: 'P3', status: 'unknown', message: 'P1 stands in the way', evidence }),
    record({ law: 'P7', status: 'not-claimed', evidence }),
    record({ law: 'P8', status: 'known-failure', message: 'issue 7', evidence }),
  ],
};
const run: RunRecord = { contract: 1, seed: 5, profile: 'ci', subjects: [subject] };
const plain = { hasColor: false, width: 0 };

describe('the pretty report', () => {
  it('says on one line how a law went and how often it was put to the test', () => {
    expect(subject.laws.map((law) => prettyLaw(law, plain))).toEqual([
      '  ✓ S1  order and content are exact for every sequence of calls  1 234 checks',
      '  ∅ S7  memory is taken with the first byte, given back by clear, and never grows in a fixed store  vacuous: it is not fixed',
      '  ✗ P1  delivered bytes are the accepted bytes, in order, without gap or repeat',
      '  ? P3  a failure is never seen as a clean end',
      '  – P7  waiting calls settle in call order, and an abandoned wait loses nothing  not-claimed: the subject does not claim it',
      '  ~ P8  empty writes are invisible and no empty chunk is delivered  known-failure: issue 7',
    ]);
  });

  it('tells a counterexample in two columns, with the command that runs it again', () => {
    const text = prettySummary(subject, plain);
    expect(text).toContain('      write(1 byte) → true\n');
    expect(text).toContain(`${' '.repeat(42)}next() → the end\n`);
    expect(text).toContain('<< "<1> & more" → expected all 2 bytes');
    expect(text).toContain("npx @millrace/conformance ./odd.js --replay 'h4/w1.w1.e/n.n~CPDPCP'");
    expect(text).toMatch(
      /violations: 1 fail, 1 unknown, 1 known-failure, 1 pass, 1 vacuous, 1 not-claimed; 12 345 distinct schedules$/,
    );
  });

  it('uses colour only when told to, and cuts its progress to the terminal', () => {
    expect(prettySummary(subject, plain)).not.toContain('\u001B');
    expect(prettySummary(subject, { hasColor: true, width: 80 })).toContain('\u001B[31m');
    expect(prettyProgress('P1 delivered bytes', { hasColor: false, width: 10 })).toBe('  … P1 de');
  });
});

describe('the TAP report', () => {
  it('is one subtest a subject and one point a law, with what was broken below it', () => {
    const lines = tapReport(run).split('\n');
    expect(lines.slice(0, 5)).toEqual([
      'TAP version 14',
      '1..1',
      '# Subtest: <odd> \\#name',
      '    1..6',
      '    ok 1 - [S1] order and content are exact for every sequence of calls',
    ]);
    expect(lines[5]).toMatch(/^ {4}ok 2 - \[S7\] .* # SKIP vacuous: it is not fixed$/);
    expect(lines).toContain('      replay: "h4/w1.w1.e/n.n~CPDPCP"');
    expect(lines.find((line) => line.includes('[P8]'))).toMatch(/^ {4}not ok 6 .* # TODO issue 7$/);
    expect(lines.at(-2)).toBe('not ok 1 - <odd> \\#name');
  });
});

describe('the JUnit report', () => {
  it('counts what failed apart from what could not be judged, and escapes', () => {
    const xml = junitReport(run);
    expect(xml).toContain(
      '<testsuite name="&lt;odd&gt; #name" tests="6" failures="1" errors="1" skipped="3">',
    );
    expect(xml).toContain('<properties><property name="law" value="P1"/></properties>');
    expect(xml).toContain('message="Expected all 2 bytes, got &quot;&lt;1&gt; &amp; more&quot;"');
    expect(junitReport({ ...run, subjects: [{ ...subject, name: 'a\u0000b' }] })).toContain('name="ab"');
  });
});

describe('the Markdown report', () => {
  it('is a table of laws, with each counterexample below it', () => {
    const text = markdownReport(run);
    expect(text).toContain(
      '| P1 | delivered bytes are the accepted bytes, in order, without gap or repeat | ✗ |',
    );
    expect(text).not.toContain('| P2 |');
    expect(text).toContain('**P1 fail**: Expected all 2 bytes');
    expect(text).toContain('next() → the end');
  });
});

describe('the JSON report', () => {
  it('has the stable shape and nothing else', () => {
    const parsed = JSON.parse(jsonReport(run)) as { subjects: { laws: object[] }[] };
    expect(parsed).toMatchObject({ contract: 1, seed: 5, profile: 'ci' });
    expect(parsed.subjects[0]?.laws[2]).toEqual({
      id: 'P1',
      level: 'must',
      status: 'fail',
      title: lawOf('P1').title,
      message: broken.message,
      replay: 'h4/w1.w1.e/n.n~CPDPCP',
    });
  });
});

describe('the HTML report', () => {
  it('needs nothing from elsewhere, and lets no text of a subject become markup', () => {
    const page = htmlReport(run);
    expect(page).not.toMatch(/(src|href)="(?!#)/);
    expect(page).toContain('&lt;odd&gt; #name');
    expect(page).not.toContain('<odd>');
    expect(page).toContain('<a href="#s0-P1">');
    expect(page).toContain('id="s0-P1"');
  });
});
