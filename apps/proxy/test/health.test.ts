import { describe, expect, it } from 'vitest';
import { Health } from '../src/upstream/health.ts';
import { seededRandom } from './seeded-random.ts';

describe('the health of a server', () => {
  it('falls and rises by checks in a row', () => {
    const health = new Health({ rise: 2, fall: 3 });
    const after = (...checks: boolean[]): boolean => {
      for (const isGood of checks) health.note(isGood);
      return health.isHealthy;
    };
    expect(after(false, false, true, false, false)).toBe(true);
    expect(after(false)).toBe(false);
    expect(after(true, false, true)).toBe(false);
    expect(after(true)).toBe(true);
  });

  it('changes only at the end of a row of that length', () => {
    const random = seededRandom(5);
    const health = new Health({ rise: 2, fall: 4 });
    const seen: boolean[] = [];
    for (let check = 0; check < 3000; check += 1) {
      const wasHealthy = health.isHealthy;
      const isGood = random(2) === 0;
      seen.push(isGood);
      health.note(isGood);
      const row = seen.slice(wasHealthy ? -4 : -2);
      const isRow = row.length === (wasHealthy ? 4 : 2) && row.every((each) => each !== wasHealthy);
      expect(health.isHealthy).toBe(isRow ? !wasHealthy : wasHealthy);
    }
  });
});
