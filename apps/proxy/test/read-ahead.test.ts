import { createHash } from 'node:crypto';
import { createPipe } from '@millrace/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { budgeted } from '../src/limits/budgeted-strategy.ts';
import { MemoryBudget } from '../src/limits/memory-budget.ts';
import { ReadAhead } from '../src/limits/read-ahead.ts';
import { everyStrategy } from './every-strategy.ts';
import { seededRandom } from './seeded-random.ts';

const KIB = 1024;
const CAUTIOUS = 12 * KIB;

afterEach(() => vi.restoreAllMocks());

describe('how far a body is read ahead', () => {
  /** One whose every read of `bytes` takes as many milliseconds. */
  function taken(...reads: readonly (readonly [bytes: number, ms: number])[]): ReadAhead {
    let nowMs = 5;
    const readAhead = new ReadAhead(() => nowMs);
    for (const [bytes, ms] of reads) {
      readAhead.change(0, bytes);
      nowMs += ms;
      readAhead.change(bytes, 0);
    }
    return readAhead;
  }
  const MIB = KIB * KIB;

  it.each([
    ['nothing', [], CAUTIOUS],
    ['less than 1 MiB', [[MIB - 1, 0]], CAUTIOUS],
    ['1 MiB', [[MIB, 49]], Infinity],
    ['1 MiB in many pieces', Array.from({ length: 64 }, () => [16 * KIB, 49] as const), Infinity],
    [
      '1 MiB, the last of it slowly',
      [
        [MIB - CAUTIOUS, 0],
        [CAUTIOUS, 50],
      ],
      CAUTIOUS,
    ],
    [
      '1 MiB, and then something slowly',
      [
        [MIB, 0],
        [CAUTIOUS, 50],
      ],
      CAUTIOUS,
    ],
    [
      '1 MiB, and then a little slowly, which waits for no reader',
      [
        [MIB, 0],
        [CAUTIOUS - 1, 50],
      ],
      Infinity,
    ],
    [
      '1 MiB after something slow',
      [
        [CAUTIOUS, 50],
        [MIB, 0],
      ],
      Infinity,
    ],
  ] as const)('is for one of which %s was taken', (_, reads, levelBytes) => {
    expect(taken(...reads).levelBytes).toBe(levelBytes);
  });

  it('counts a wait from when there was more than one read, until there no longer is', () => {
    let nowMs = 0;
    const readAhead = new ReadAhead(() => nowMs);
    readAhead.change(0, MIB);
    readAhead.change(MIB, CAUTIOUS);
    nowMs = 30;
    readAhead.change(CAUTIOUS, CAUTIOUS + 1);
    nowMs = 49;
    readAhead.change(CAUTIOUS + 1, CAUTIOUS - 1);
    readAhead.change(CAUTIOUS - 1, MIB);
    expect(readAhead.levelBytes).toBe(CAUTIOUS);
    readAhead.change(MIB, CAUTIOUS);
    nowMs = 98;
    readAhead.change(CAUTIOUS, 0);
    expect(readAhead.levelBytes).toBe(Infinity);
  });
});

describe.each(everyStrategy)('a body through $name', (strategy) => {
  const MARK = 64 * KIB;

  /** A pipe whose producer writes 16 KiB pieces for as long as it is not paused. */
  function body(highWaterMark = MARK) {
    let isPaused = false;
    const { writer, reader } = createPipe(budgeted(strategy, highWaterMark, new MemoryBudget(MARK * KIB)), {
      highWaterMark,
      source: {
        pause: () => {
          isPaused = true;
        },
        resume: () => {
          isPaused = false;
        },
      },
    });
    return {
      reader,
      fill: (pieceBytes = 16 * KIB) => {
        while (!isPaused) writer.writeCopy(new Uint8Array(pieceBytes));
        return reader.size;
      },
      drain: () => {
        while (reader.size > 0) reader.tryRead(KIB);
        return isPaused;
      },
    };
  }

  it('is read ahead by one read, until 1 MiB was taken by a reader that keeps up', () => {
    vi.spyOn(performance, 'now').mockReturnValue(0);
    const { fill, drain } = body();
    for (let bytes = 0; bytes < KIB * KIB; bytes += 16 * KIB)
      expect([fill(), drain()]).toEqual([16 * KIB, false]);
    // Memory that grows by half or so reaches the mark sooner than the bytes do.
    expect(fill()).toBeGreaterThan(MARK / 2);
  });

  it('is read ahead by one read again when its reader was slow', () => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(0);
    const { fill, drain } = body();
    for (let round = 0; round < 65; round += 1) expect([fill() > 0, drain()]).toEqual([true, false]);
    expect(fill()).toBeGreaterThan(MARK / 2);
    now.mockReturnValue(50);
    expect([drain(), fill()]).toEqual([false, 16 * KIB]);
  });

  it('goes on to one read in however small pieces', () => {
    expect(body().fill(KIB)).toBe(CAUTIOUS);
  });

  it('has a store that is as small if it is a fixed one, until it is read ahead further', () => {
    const createStore = vi.spyOn(strategy, 'createStore');
    vi.spyOn(performance, 'now').mockReturnValue(0);
    const { fill, drain } = body();
    for (let round = 0; round < 70; round += 1) expect([fill() > 0, drain()]).toEqual([true, false]);
    const small = strategy.traits.fixed ? [[{ capacityBytes: 16 * KIB }]] : [];
    expect(createStore.mock.calls).toEqual([...small, [{ capacityBytes: MARK }]]);
  });

  it.each([1, 2, 3])(
    'loses no byte by it, whatever is written and however it is read (seed %i)',
    async (seed) => {
      const random = seededRandom(seed * 7919);
      let nowMs = 0;
      vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
      const { writer, reader } = createPipe(budgeted(strategy, MARK, new MemoryBudget(MARK * KIB)));
      const sent = createHash('sha256');
      const got = createHash('sha256');
      let levels = 0;
      for (let step = 0; step < 600; step += 1) {
        const isSlow = step % 200 > 150;
        nowMs += isSlow ? 50 : 0;
        const chunk = new Uint8Array(1 + random(40 * KIB)).map((_, at) => at * 31 + step);
        sent.update(chunk);
        if (random(2) === 0) writer.writeCopy(chunk);
        else writer.write(chunk);
        while (reader.size > (random(3) === 0 ? MARK : 0)) {
          if (random(2) === 0) got.update(reader.tryRead(1 + random(MARK)) as Uint8Array);
          else {
            const view = await reader.peek();
            got.update(view as Uint8Array);
            reader.consume((view as Uint8Array).length);
          }
        }
        levels += reader.size > 32 * KIB ? 1 : 0;
      }
      writer.end();
      for await (const chunk of reader) got.update(chunk);
      expect([got.digest('hex'), levels > 10]).toEqual([sent.digest('hex'), true]);
    },
  );

  it('heeds a lower mark of its own', () => {
    expect(body(4 * KIB).fill(KIB)).toBeLessThanOrEqual(4 * KIB);
  });
});
