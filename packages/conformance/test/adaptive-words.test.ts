import { describe, expect, it } from 'vitest';
import { adaptiveWords } from '../src/explorer/adaptive-words.ts';
import { startJobWatch } from '../src/explorer/job-watch.ts';
import { wordsByDeviation } from '../src/explorer/word.ts';
import { detectHost } from '../src/host.ts';
import { parsePipeScript } from '../src/pipe-laws/pipe-script.ts';
import { runSchedule } from '../src/pipe-laws/run-schedule.ts';
import { ScheduleRunner } from '../src/pipe-laws/schedule-runner.ts';
import { createPlainPipe } from './pipes/plain-pipe.ts';
import { growingStrategy } from './stores/growing-store.ts';

const host = detectHost();
const subject = { strategy: growingStrategy, createPipe: createPlainPipe };

function wordsAtDepth(p: number, c: number, depth: number): readonly string[] {
  const words = adaptiveWords(p, c, Number.POSITIVE_INFINITY);
  const all: string[] = [];
  for (let next = words.next([]); next.done !== true;) {
    all.push(next.value);
    next = words.next(Array.from(next.value.matchAll(/D/g), () => depth));
  }
  return all;
}

describe('adaptive words', () => {
  it('are the blind ones, once each, where every gap is as deep', () => {
    const words = wordsAtDepth(2, 2, 3);
    expect(new Set(words)).toEqual(new Set(wordsByDeviation(2, 2, ['D', '', 't', 'tt'], 9)));
    expect(new Set(words).size).toBe(words.length);
  });

  it('are one for each order where no job ever runs', () => {
    expect(wordsAtDepth(2, 2, 0).length).toBe(6);
  });

  it('come by the number of gaps that are not D', () => {
    const deviations = wordsAtDepth(2, 2, 2).map((word) => 3 - [...word.matchAll(/D/g)].length);
    expect(deviations).toEqual(deviations.toSorted((a, b) => a - b));
  });
});

describe('turns that make a difference', () => {
  it('are counted to the last generation that ran a job', async () => {
    const jobs = await startJobWatch(host);
    if (jobs === undefined) throw new Error('This runtime does not show its jobs');
    const deepSubject = {
      ...subject,
      createPipe: (...options: Parameters<typeof createPlainPipe>) => {
        const { writer, reader } = createPlainPipe(...options);
        const read = reader.read.bind(reader);
        reader.read = async (how) => {
          for (let turn = 0; turn < 7; turn += 1) await Promise.resolve();
          return read(how);
        };
        return { writer, reader };
      },
    };
    const depthOf = async (pipe: typeof subject): Promise<number | undefined> => {
      const depths: number[] = [];
      const schedule = { script: parsePipeScript('h4/w1/r'), word: 'PDC' };
      await runSchedule(pipe, schedule, { host, quiescence: { jobs, depths } });
      return depths[1];
    };
    const plain = await depthOf(subject);
    const deep = await depthOf(deepSubject);
    jobs.stop();
    expect(plain).toBeGreaterThan(0);
    // Seven awaits in front, and a promise that is returned from an async function takes three turns to follow.
    expect(deep).toBe(7 + 2 + (plain ?? 0));
  });

  it('lead to the answers that macrotasks lead to', async () => {
    const jobs = await startJobWatch(host);
    if (jobs === undefined) throw new Error('This runtime does not show its jobs');
    for (const text of ['h4/w1.w2.e/n.&n.n', 'h4/w4.d.w1.f/r.m1.r', 'h4s/w2.w1/n.g.r']) {
      const script = parsePipeScript(text);
      const words = wordsByDeviation(script.producer.length, script.consumer.length, ['D', '', 't'], 1);
      for (const word of words) {
        const slow = await runSchedule(subject, { script, word }, { host, isRecording: true });
        const fast = await runSchedule(
          subject,
          { script, word },
          { host, isRecording: true, quiescence: { jobs, depths: [] } },
        );
        expect(fast.timeline).toEqual(slow.timeline);
      }
    }
    jobs.stop();
  });
});

describe('a runner of schedules', () => {
  const found = async (createPipe: typeof createPlainPipe): Promise<readonly string[]> => {
    const laws: string[] = [];
    const runner = new ScheduleRunner({ ...subject, createPipe }, host, async (_, { law }) => {
      laws.push(law);
    });
    await runner.start();
    await runner.run({ script: parsePipeScript('h4/w1.e/n.n'), word: 'PDCDPDC', isBeside: false });
    await runner.stop();
    return laws;
  };

  it('finds promises that reject unseen, though it lets macrotasks pass in batches only', async () => {
    const rejecting = await found((...options) => {
      const pipe = createPlainPipe(...options);
      const read = pipe.reader.values.bind(pipe.reader);
      pipe.reader.values = (how) => {
        void Promise.reject(new Error('nobody asked for this'));
        return read(how);
      };
      return pipe;
    });
    expect(rejecting).toEqual(['P14']);
  });

  it('does not take a pipe that works in macrotasks for one that hangs', async () => {
    const slow = await found((...options) => {
      const pipe = createPlainPipe(...options);
      const values = pipe.reader.values.bind(pipe.reader);
      pipe.reader.values = (how) => {
        const iterator = values(how);
        const next = iterator.next.bind(iterator);
        iterator.next = () =>
          new Promise((resolve, reject) => {
            setImmediate(() => void next().then(resolve, reject));
          });
        return iterator;
      };
      return pipe;
    });
    expect(slow).not.toContain('P6');
  });
});
