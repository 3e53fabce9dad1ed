import { createPipe } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { conformance, detectHost } from '../src/index.ts';
import type { LawId } from '../src/index.ts';
import { failureText, timelineText } from '../src/failure-text.ts';
import { brokenPipes, brokenStores } from './broken/broken-subjects.ts';
import { tryOut } from './broken/kill-matrix.ts';
import { GrowingStore, growingStrategy } from './stores/growing-store.ts';

/** Some subjects, the law it breaks, and what has to be said about it whatever schedule shows it. */
const said: readonly (readonly [name: string, law: LawId, expected: RegExp, got: RegExp])[] = [
  ['gives-an-array-of-the-same-length-again', 'S3', /^a result to stay /, /bytes\)$/],
  ['ignores-the-byte-offset', 'S1', /^the stream from byte \d+ on: /, /, wrong from index \d+ on$/],
  [
    'keeps-the-chunk-it-has-dropped',
    'S6',
    /^chunks that have left to be free to go$/,
    /^references to \d of 3/,
  ],
  [
    'take-into-fills-the-target-or-gives-nothing',
    'S6',
    /^chunks that have left to be free to go$/,
    /^\d+ bytes left in the store after takeInto$/,
  ],
  ['says-it-costs-nothing', 'S5', /^cost to be at least the size of \d+$/, /^0$/],
  ['last-call-first', 'P7', / to settle before the later /, /^the later one first$/],
  ['joins-what-comes-later-in-the-turn', 'P5', / as decided before$/, /^\d+ bytes?$/],
  ['has-no-limit', 'P10', /^a write to fail the pipe with ERR_PIPE_OVERFLOW$/, /^it went on$/],
  ['try-read-steals-from-a-waiting-read', 'P16', / to answer undefined /, /^\d+ bytes?$/],
];

describe('a failure message', () => {
  for (const [name, law, expected, got] of said) {
    it(
      `says what ${name} had to do for ${law}, what it did, and how to see it again`,
      { timeout: 0 },
      async () => {
        const subject = [...brokenStores, ...brokenPipes].find((candidate) => candidate.name === name);
        if (subject === undefined) throw new Error(`There is no subject ${name}`);
        const result = (await tryOut(subject, [law])).results.get(law);
        const found = result?.counterexample;
        if (result === undefined || found === undefined) throw new Error(`${name} keeps ${law}`);
        expect(found.expected).toMatch(expected);
        expect(found.got).toMatch(got);
        expect(found.replay).toMatch(law.startsWith('S') ? /^S\d+\.\w+\/(\d+~\S+)?$/ : /^h\S*\/\S*~\w*$/);
        expect(result.message).toBe(`Expected ${found.expected}, got ${found.got} (replay ${found.replay})`);
        expect(failureText(result).split('\n').slice(0, 4)).toEqual([
          `[${law}] fail: ${result.message ?? ''}`,
          `  expected ${found.expected}`,
          `  got      ${found.got}`,
          `  replay   ${found.replay}`,
        ]);
      },
    );
  }
});

it('the call that a store throws from is named, also where the script is over and the store is emptied', async () => {
  class RefusesWhenEmpty extends GrowingStore {
    override take(max: number = this.size): Uint8Array {
      if (this.size === 0) throw new Error('empty');
      return super.take(max);
    }
  }
  const strategy = { ...growingStrategy, createStore: () => new RefusesWhenEmpty() };
  const [one] = conformance(strategy, { laws: ['S1'] });
  const found = (await one?.run())?.counterexample;
  expect(found).toMatchObject({ expected: 'take to answer', got: 'Error: empty thrown' });
  expect(timelineText(found?.timeline ?? []).slice(-2)).toEqual([
    '  take()',
    '  << Error: empty thrown → expected take to answer',
  ]);
});

it('a law that was not got to is unknown, where the first broken one ends the run', async () => {
  const subject = brokenPipes.find(({ name }) => name === 'last-call-first');
  const { createPipe: createBroken } = subject ?? {};
  if (createBroken === undefined) throw new Error('There is no such pipe');
  const outcomes = await Promise.all(
    [false, true].map(async (bail) => {
      const cases = conformance(growingStrategy, { createPipe: createBroken, bail, laws: ['P7', 'P18'] });
      const results = [];
      for (const one of cases) results.push(await one.run());
      return results;
    }),
  );
  expect(outcomes.map((results) => results.map(({ status }) => status))).toEqual([
    ['fail', 'pass'],
    ['fail', 'unknown'],
  ]);
  const [all, first] = outcomes.map(([result]) => result?.evidence.schedules ?? 0);
  expect(first).toBeLessThan((all ?? 0) / 2);
});

describe('a mistake of the suite itself', () => {
  const mistake = (): never => {
    throw new TypeError('the harness is wrong');
  };

  it('is unknown, not a failure of a pipe', async () => {
    const host = { ...detectHost(), onMacrotask: mistake };
    const [one] = conformance(growingStrategy, { createPipe, host, laws: ['P1'] });
    expect(await one?.run()).toMatchObject({
      law: 'P1',
      status: 'unknown',
      message: expect.stringMatching(/^The case itself failed: TypeError: the harness is wrong/) as string,
    });
  });

  it('is unknown, not a failure of a store', async () => {
    const host = { ...detectHost(), collectGarbage: mistake };
    const cases = conformance(growingStrategy, { host, laws: ['S6'] });
    const collecting = cases.find(({ label }) => label === 'S6.gc');
    expect(await collecting?.run()).toMatchObject({
      law: 'S6',
      status: 'unknown',
      message: expect.stringMatching(/^The case itself failed: TypeError: the harness is wrong/) as string,
    });
  });
});

it('what was done several times in a row is one line of a timeline', () => {
  const put = { side: 'store', text: 'put(700 bytes)', answer: '700 taken' } as const;
  expect(
    timelineText([put, { ...put, answer: '1 taken' }, put, put, put, { ...put, isFailure: true }, put]),
  ).toEqual([
    '  put(700 bytes) → 700 taken',
    '  put(700 bytes) → 1 taken',
    '  put(700 bytes) → 700 taken, 3 times in a row',
    '  << put(700 bytes) → 700 taken',
    '  put(700 bytes) → 700 taken',
  ]);
});
