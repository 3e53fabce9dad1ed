import { describe, expect, it } from 'vitest';
import { laws } from '../../src/laws.ts';
import type { LawId } from '../../src/laws.ts';
import { brokenPipes, brokenStores } from './broken-subjects.ts';

/** Laws that nothing breaks alone, and why that is so. */
const neverAlone: Readonly<Partial<Record<LawId, string>>> = {};

describe('every law', () => {
  const subjects = [...brokenStores, ...brokenPipes];

  for (const { id } of laws) {
    const alone = subjects.filter(({ breaks }) => breaks.length === 1 && breaks[0] === id);
    const reason = neverAlone[id];
    it(`[${id}] is ${reason === undefined ? 'the only one to catch some subject' : `never alone: ${reason}`}`, () => {
      expect(alone.length > 0).toBe(reason === undefined);
    });
  }

  it('is broken by a subject, and every subject has a name of its own', () => {
    const broken = new Set(subjects.flatMap(({ breaks }) => breaks));
    expect(laws.map(({ id }) => id).filter((id) => !broken.has(id))).toEqual([]);
    expect(new Set(subjects.map(({ name }) => name)).size).toBe(subjects.length);
    expect(subjects.length).toBeGreaterThanOrEqual(60);
  });
});
