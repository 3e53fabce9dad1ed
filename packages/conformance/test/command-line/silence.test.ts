import { expect, it } from 'vitest';
import { LOOKS_PER_LIMIT, Silence } from '../../src/command-line/silence.ts';

/** Whether the silence was over at each look. */
const looksAt = (...counts: readonly number[]): readonly boolean[] => {
  const silence = new Silence();
  return counts.map((count) => silence.isOver(count));
};

it('is over with the look that makes the limit full, and said to be so once', () => {
  const counts = Array.from({ length: LOOKS_PER_LIMIT + 3 }, () => 7);
  expect(looksAt(...counts).indexOf(true)).toBe(LOOKS_PER_LIMIT);
  expect(looksAt(...counts).filter(Boolean)).toHaveLength(1);
});

it('begins anew with each step, so that what is slow and goes on is left alone', () => {
  expect(looksAt(1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3)).not.toContain(true);
  expect(looksAt(1, 1, 1, 1, 2, 2, 2, 2, 2)).toEqual([...Array.from({ length: 8 }, () => false), true]);
});
