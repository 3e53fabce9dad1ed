import { describe, expect, it } from 'vitest';
import { shouldPause, type Marks } from '../src/pressure.ts';

const marks: Marks = { highWaterMark: 100, lowWaterMark: 40 };

/** What a producer in either state is to do at each cost: `[was running, was paused]`. */
function verdicts(costs: readonly number[], of: Marks): [boolean, boolean][] {
  return costs.map((cost) => [
    shouldPause(false, cost, cost, false, of),
    shouldPause(true, cost, cost, false, of),
  ]);
}

describe('shouldPause', () => {
  it('[P11] pauses a running producer at the high mark, not one byte below it', () => {
    expect([99, 100, 101].map((cost) => shouldPause(false, cost, cost, false, marks))).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('[P11] resumes a paused producer at the low mark, not one byte above it', () => {
    expect([39, 40, 41].map((cost) => shouldPause(true, cost, cost, false, marks))).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('[P11] leaves the producer as it was between the marks', () => {
    expect(verdicts([41, 70, 99], marks)).toEqual([
      [false, true],
      [false, true],
      [false, true],
    ]);
  });

  it('does not depend on how it was outside of the marks', () => {
    expect(verdicts([1, 39, 40], marks).flat()).not.toContain(true);
    expect(verdicts([100, 101, 1e9], marks).flat()).not.toContain(false);
  });

  it('weighs the memory that is held, not the bytes that are readable', () => {
    expect(shouldPause(false, 100, 1, false, marks)).toBe(true);
    expect(shouldPause(true, 41, 1, false, marks)).toBe(true);
    expect(shouldPause(true, 40, 1, false, marks)).toBe(false);
  });

  it('never pauses for an empty store, whatever memory that store keeps', () => {
    for (const wasPaused of [false, true]) expect(shouldPause(wasPaused, 1e9, 0, false, marks)).toBe(false);
  });

  it('never pauses while a reader waits for more than is there', () => {
    for (const wasPaused of [false, true]) expect(shouldPause(wasPaused, 1e9, 1e9, true, marks)).toBe(false);
  });

  it('pauses for every byte with both marks 0, and resumes once they are read', () => {
    const none = { highWaterMark: 0, lowWaterMark: 0 };
    expect(verdicts([0, 1, 2], none)).toEqual([
      [false, false],
      [true, true],
      [true, true],
    ]);
  });

  it('pauses for the first byte with a high mark of 1, and resumes only when it is read', () => {
    const one = { highWaterMark: 1, lowWaterMark: 0 };
    expect(verdicts([0, 1, 2], one)).toEqual([
      [false, false],
      [true, true],
      [true, true],
    ]);
  });

  it('takes a low mark of 1 as reached with one byte left', () => {
    const two = { highWaterMark: 2, lowWaterMark: 1 };
    expect(verdicts([1, 2], two)).toEqual([
      [false, false],
      [true, true],
    ]);
  });
});
