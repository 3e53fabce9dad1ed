import { describe, expect, it } from 'vitest';
import { detectHost } from '../src/host.ts';
import { laws } from '../src/laws.ts';
import { curatedScripts } from '../src/pipe-laws/curated-scripts.ts';
import { Exploration } from '../src/pipe-laws/exploration.ts';
import { formatOperation, parsePipeScript } from '../src/pipe-laws/pipe-script.ts';
import { runSchedule } from '../src/pipe-laws/run-schedule.ts';
import { parseSchedule } from '../src/pipe-laws/schedule-code.ts';
import { profileOf } from '../src/profile.ts';
import { createPlainPipe } from './pipes/plain-pipe.ts';
import { growingStrategy } from './stores/growing-store.ts';

const host = detectHost();
const subject = { strategy: growingStrategy, createPipe: createPlainPipe };

async function firstSteps(code: string, count: number): Promise<readonly string[]> {
  const { timeline } = await runSchedule(subject, parseSchedule(code), { host, isRecording: true });
  return timeline.slice(1, count + 1).map(({ text, answer = '' }) => `${text} ${answer}`.trim());
}

describe('a schedule reaches', () => {
  it('the inside of a pipe’s resolving of a promise', async () => {
    const { timeline } = await runSchedule(subject, parseSchedule('h4/w1.w1/n~CXP'), {
      host,
      isRecording: true,
    });
    const [, , outer, inner] = timeline;
    // The second byte is there while the first write has not answered yet.
    expect(outer).toMatchObject({ text: 'write(1 byte)', answer: 'true', state: { buffered: [1, 2] } });
    expect(inner).toMatchObject({ text: 'write(1 byte)', answer: 'true', state: { buffered: [1, 2] } });
  });

  it('the reaction to an answer, before the consumer goes on', async () => {
    expect(await firstSteps('h4/w1.w1/n.n~RCCP', 5)).toEqual([
      'next()',
      'write(1 byte) true',
      'next(): 1 byte [0]',
      'write(1 byte) true',
      'next() #2',
    ]);
  });

  it('the inside of a hook, with answers where they belong', async () => {
    expect(await firstSteps('h2@pause=s/w3/~P', 3)).toEqual([
      'write(3 bytes) true',
      'the source is told to pause',
      'tryRead() 3 bytes [0 1 2]',
    ]);
    const { timeline } = await runSchedule(subject, parseSchedule('h2@pause=s/w3/~P'), {
      host,
      isRecording: true,
    });
    expect(timeline.slice(0, 4).map(({ depth = 0 }) => depth)).toEqual([0, 0, 1, 1]);
  });

  it('two calls of next() that wait at once', async () => {
    const { timeline } = await runSchedule(subject, parseSchedule('h4/w1/n.&n~CCP'), {
      host,
      isRecording: true,
    });
    expect(timeline[2]?.state?.waiting).toEqual(['next()', 'next() #2']);
  });

  it('what happens when a source ignores pause, up to the limit and over it', async () => {
    expect(await firstSteps('h2b4/w2.w2.w1/~PPP', 5)).toEqual([
      'write(2 bytes) false',
      'the source is told to pause',
      'write(2 bytes) false',
      'write(1 byte) false',
      'the source is told to cancel ERR_PIPE_OVERFLOW',
    ]);
  });
});

describe('the scripts', () => {
  const all = Object.values(curatedScripts).flat().map(parsePipeScript);

  it('leave in every way', () => {
    for (const way of ['x', 'o', 'q', 'Q', 'y', 'A', 'g']) {
      const leaving = all.filter(({ consumer }) => consumer.some(({ code }) => code === way));
      expect(leaving.length, way).toBeGreaterThan(0);
      // Every order of the operations is tried, so these stand before, beside and after each write.
      expect(
        leaving.some(({ producer }) => producer.length > 0),
        way,
      ).toBe(true);
    }
  });

  it('read in every way, fail with everything falsy and let each hook act', () => {
    const operations = new Set(
      all.flatMap(({ producer, consumer }) => [...producer, ...consumer].map(formatOperation)),
    );
    for (const way of ['n', '&n', 'v', 'r', 'r3', 'm2', 's', 'i2', 'k', 'k3', 'K', 'u1', 'a'])
      expect(operations).toContain(way);
    for (const failure of ['f', 'f1', 'f2', 'f3', 'f4']) expect(operations).toContain(failure);
    const hooks = new Set(all.flatMap(({ options }) => Object.keys(options.hooks ?? {})));
    expect(hooks).toEqual(new Set(['pause', 'resume', 'cancel']));
  });

  it('are each listed once', () => {
    const listed = Object.values(curatedScripts).flat();
    expect(new Set(listed).size).toBe(listed.length);
  });
});

describe('an exploration', () => {
  it('puts every law of a pipe to the test in the quick profile', { timeout: 0 }, async () => {
    const exploration = new Exploration({ subject, profile: profileOf('quick'), seed: 1, host, bail: false });
    await exploration.run();
    const tested = laws.filter(({ id }) => (exploration.checks.get(id) ?? 0) > 0).map(({ id }) => id);
    expect(tested).toEqual(laws.map(({ id }) => id).filter((id) => id.startsWith('P')));
  });

  it('exhausts every script that people have thought of in the ci profile', { timeout: 0 }, async () => {
    const profile = {
      ...profileOf('ci'),
      slotWords: 0,
      reentrantWords: 0,
      generatedOperations: 0,
      longSchedules: 0,
    };
    const exploration = new Exploration({ subject, profile, seed: 1, host, bail: false });
    await exploration.run();
    expect(exploration.scripts).toBe(Object.values(curatedScripts).flat().length);
    expect(exploration.exhausted).toBe(exploration.scripts);
  });
});
