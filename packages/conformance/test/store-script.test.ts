import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../src/seeded-random.ts';
import { randomWalks, smallScope } from '../src/store-laws/script-families.ts';
import { formatScript, parseScript } from '../src/store-laws/script.ts';

describe('a store script', () => {
  it('reads back from its replay code as it was', () => {
    const walks = randomWalks({ random: new SeededRandom(7), walks: 20, steps: 40 });
    for (const script of walks) expect(parseScript(formatScript(script))).toEqual(script);
  });

  it('refuses text that is no script', () => {
    expect(() => parseScript('4~q3')).toThrow('"q3" is no call of a store script');
    expect(() => parseScript('p3')).toThrow('"p3" is no store script');
  });

  it('is enumerated once for every combination of calls', () => {
    const codes = [...smallScope(2)].map(formatScript);
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.length).toBe(12 ** 2);
  });

  it('is the same for the same seed', () => {
    const codes = (seed: number): string[] =>
      [...randomWalks({ random: new SeededRandom(seed), walks: 3, steps: 30 })].map(formatScript);
    expect(codes(5)).toEqual(codes(5));
    expect(codes(5)).not.toEqual(codes(6));
  });
});
