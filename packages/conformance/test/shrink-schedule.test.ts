import { describe, expect, it } from 'vitest';
import { detectHost } from '../src/host.ts';
import { blamedLaw } from '../src/pipe-laws/blamed-law.ts';
import { longSchedule } from '../src/pipe-laws/generated-scripts.ts';
import { runSchedule } from '../src/pipe-laws/run-schedule.ts';
import type { Schedule } from '../src/pipe-laws/run-schedule.ts';
import { formatSchedule, parseSchedule } from '../src/pipe-laws/schedule-code.ts';
import { shrinkSchedule } from '../src/pipe-laws/shrink-schedule.ts';
import { SeededRandom } from '../src/seeded-random.ts';
import { brokenPipes } from './broken/broken-subjects.ts';

const host = detectHost();

/** The law a schedule breaks in that subject, if any. */
function breaking(name: string): (schedule: Schedule) => Promise<string | null> {
  const subject = brokenPipes.find((one) => one.name === name);
  if (subject?.createPipe === undefined) throw new Error(`There is no broken pipe ${name}`);
  const { strategy, createPipe, claims } = subject;
  return async (schedule) => {
    const graded = { strategy, createPipe, claims };
    const { violation } = await runSchedule(graded, schedule, { host });
    if (violation === null) return null;
    return blamedLaw(graded, host, { ...schedule, isBeside: false }, violation);
  };
}

async function shrunken(name: string, law: string): Promise<string> {
  const lawOf = breaking(name);
  const random = new SeededRandom(5);
  for (let tries = 0; tries < 2000; tries += 1) {
    const schedule = longSchedule(random);
    if ((await lawOf(schedule)) !== law) continue;
    return formatSchedule(await shrinkSchedule(schedule, async (one) => (await lawOf(one)) === law));
  }
  throw new Error(`No long schedule shows ${law} in ${name}`);
}

describe('a failing schedule of more than forty operations shrinks to the few that matter', () => {
  const subjects = [
    ['a-write-wakes-nobody', 'P6', 'h1/w1/n~CP'],
    ['delivers-a-byte-twice', 'P1', 'h1/w2.w1/n.n~CCPP'],
    ['a-failure-looks-like-the-end', 'P3', 'h1/f/a~PC'],
    ['last-call-first', 'P7', 'h1/w1/n.&n~CCP'],
    ['looks-at-the-signal-once', 'P6', 'h8//a.A~CC'],
    ['joins-what-comes-later-in-the-turn', 'P5', 'h8/w1.w1/r~PCP'],
  ] as const;
  for (const [name, law, code] of subjects) {
    it(`${name}: ${code}`, { timeout: 0 }, async () => {
      expect(await shrunken(name, law)).toBe(code);
    });
  }

  it('and drops limits, the signal and hooks that do not matter', async () => {
    const lawOf = breaking('a-failure-wakes-nobody');
    const schedule = parseSchedule('h4l1b9s@pause=z@cancel=s/w0.f/n.n~PCDPDC');
    const smallest = await shrinkSchedule(schedule, async (one) => (await lawOf(one)) === 'P6');
    expect(formatSchedule(smallest)).toBe('h4/f/n~CP');
  });
});
