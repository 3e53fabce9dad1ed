import { describe, expect, it } from 'vitest';
import { brokenPipes, brokenStores } from './broken-subjects.ts';
import { catalogue } from './catalogue.ts';
import type { CatalogueEntry } from './catalogue.ts';

describe('the catalogue of defects', () => {
  const names = [...brokenStores, ...brokenPipes].map(({ name }) => name);
  const fate = (entry: CatalogueEntry): string =>
    'unseen' in entry ? `not seen from outside, since ${entry.unseen}` : 'there is a subject that does';
  const problem = (entry: CatalogueEntry): string | null => {
    if ('unseen' in entry) return entry.unseen === '' ? 'no reason' : null;
    if (entry.length === 0) return 'no subject';
    return entry.find((name) => !names.includes(name)) ?? null;
  };

  it('is complete', () => {
    const ids = Array.from({ length: 75 }, (_, index) => `D${String(index + 1).padStart(2, '0')}`);
    expect(Object.keys(catalogue)).toEqual(ids);
  });

  for (const [id, [defect, entry]] of Object.entries(catalogue)) {
    it(`[${id}] ${defect}: ${fate(entry)}`, () => {
      expect(problem(entry)).toBeNull();
    });
  }
});
