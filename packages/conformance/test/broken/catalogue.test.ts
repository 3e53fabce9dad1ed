import { describe, expect, it } from 'vitest';
import { brokenPipes, brokenStores } from './broken-subjects.ts';
import { catalogue } from './catalogue.ts';

describe('the catalogue of defects', () => {
  const names = new Set([...brokenStores, ...brokenPipes].map(({ name }) => name));

  it('is complete', () => {
    const ids = Array.from({ length: 75 }, (_, index) => `D${String(index + 1).padStart(2, '0')}`);
    expect(Object.keys(catalogue)).toEqual(ids);
  });

  for (const [id, [defect, entry]] of Object.entries(catalogue)) {
    if ('unseen' in entry) {
      it(`[${id}] ${defect}: not seen from outside, since ${entry.unseen}`, () => {
        expect(entry.unseen).not.toBe('');
      });
    } else {
      it(`[${id}] ${defect}: there is a subject that does`, () => {
        expect(entry.length).toBeGreaterThan(0);
        expect(entry.filter((name) => !names.has(name))).toEqual([]);
      });
    }
  }
});
