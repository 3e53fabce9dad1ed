import { describe, expect, it } from 'vitest';
import { orders, reentrantWords, slotWords, wordsByDeviation } from '../src/explorer/word.ts';
import { detectHost } from '../src/host.ts';
import { curatedScripts } from '../src/pipe-laws/curated-scripts.ts';
import { longSchedule } from '../src/pipe-laws/generated-scripts.ts';
import { formatPipeScript, parsePipeScript } from '../src/pipe-laws/pipe-script.ts';
import { runSchedule } from '../src/pipe-laws/run-schedule.ts';
import { formatSchedule, parseSchedule } from '../src/pipe-laws/schedule-code.ts';
import { SeededRandom } from '../src/seeded-random.ts';
import { createPlainPipe } from './pipes/plain-pipe.ts';
import { growingStrategy } from './stores/growing-store.ts';

const host = detectHost();
const subject = { strategy: growingStrategy, createPipe: createPlainPipe };

describe('words', () => {
  it('hold every order of the operations once', () => {
    expect([...orders(3, 2)].length).toBe(10);
    expect(new Set(orders(3, 2)).size).toBe(10);
  });

  it('hold every choice of gaps once, calmest first', () => {
    const words = [...wordsByDeviation(2, 2, ['D', '', 't'], 9)];
    // C(4, 2) orders with three gaps of three kinds each.
    expect(words.length).toBe(6 * 3 ** 3);
    expect(new Set(words).size).toBe(words.length);
    expect(words[0]).toBe('PDPDCDC');
  });

  it('place an operation that the next one follows at once before and behind the driver’s own turn', () => {
    expect([...slotWords(1, 1)]).toEqual(['pC', 'cP']);
    const words = [...slotWords(2, 2)];
    // Three gaps, each D, joined or joined behind a slot; less those without a slot, which turns reach too.
    expect(words.length).toBe(6 * (3 ** 3 - 2 ** 3));
    expect(new Set(words).size).toBe(words.length);
    // The schedule that shows a defect between two jobs of one generation.
    expect(words).toContain('CCpP');
  });

  it('place producer operations inside reactions and resolving', () => {
    expect([...reentrantWords(1, 1)]).toEqual(['RDCD', 'XCD', 'CDRD', 'CDX']);
    const words = [...reentrantWords(2, 2)];
    expect(words.length).toBe(6 * (3 ** 2 - 1));
    expect(new Set(words).size).toBe(words.length);
  });
});

describe('a replay code', () => {
  it('reads back as the script it was', () => {
    for (const text of Object.values(curatedScripts).flat()) {
      expect(formatPipeScript(parsePipeScript(text))).toBe(text);
    }
  });

  it('reads back as the schedule it was, however long', () => {
    const random = new SeededRandom(3);
    for (let count = 0; count < 50; count += 1) {
      const schedule = longSchedule(random);
      expect(parseSchedule(formatSchedule(schedule))).toEqual({ ...schedule, isBeside: false });
    }
  });

  it('is refused when it is none', () => {
    expect(() => parseSchedule('h4/w1/n')).toThrow('"h4/w1/n" is no schedule');
    expect(() => parseSchedule('h4/w1/n~PQ')).toThrow('is no schedule');
    expect(() => parseSchedule('h4/w1/j~PC')).toThrow('"j" is no operation of a pipe script');
  });
});

describe('a schedule', () => {
  it('runs the same way every time', async () => {
    const random = new SeededRandom(11);
    for (let count = 0; count < 40; count += 1) {
      const schedule = longSchedule(random);
      const first = await runSchedule(subject, schedule, { host, isRecording: true });
      const again = await runSchedule(subject, schedule, { host, isRecording: true });
      expect(again.timeline).toEqual(first.timeline);
    }
  });

  it('shows who did what in which order', async () => {
    const { timeline } = await runSchedule(subject, parseSchedule('h4/w2.e/n.n~CDPPC'), {
      host,
      isRecording: true,
    });
    expect(timeline.map(({ side, text, answer }) => `${side}: ${text}${answer ?? ''}`).slice(0, 8)).toEqual([
      'producer: createPipe({ highWaterMark: 4, lowWaterMark: 2, maxBuffered: 16 })',
      'consumer: next()',
      'turns: microtasks run dry',
      'producer: write(2 bytes)true',
      'producer: end()',
      'consumer: next(): 2 bytes [0 1]',
      'consumer: next() #2',
      'consumer: next() #2: the end',
    ]);
  });
});
