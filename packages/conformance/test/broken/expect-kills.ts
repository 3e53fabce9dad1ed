import { describe, expect, it } from 'vitest';
import type { BrokenSubject } from './broken-subject.ts';
import { killersIn, matrixTable, tryOut } from './kill-matrix.ts';
import type { MatrixRow } from './kill-matrix.ts';

/** Registers a test for each subject, and one that compares their part of the kill matrix with the committed one. */
export function expectKills(family: string, subjects: readonly BrokenSubject[]): void {
  const rows = new Map<BrokenSubject, Promise<MatrixRow>>();
  const rowOf = (subject: BrokenSubject): Promise<MatrixRow> => {
    const row = rows.get(subject) ?? tryOut(subject);
    rows.set(subject, row);
    return row;
  };
  describe(`broken: ${family}`, () => {
    for (const subject of subjects) {
      it(`${subject.name} fails ${subject.breaks.join(', ')} and nothing else`, { timeout: 0 }, async () => {
        const row = await rowOf(subject);
        expect(killersIn(row)).toEqual(subject.breaks);
        for (const law of subject.breaks) {
          const { message, counterexample } = row.results.get(law) ?? {};
          const { expected, got, replay } = counterexample ?? {};
          // `got` may not be empty, or be that the harness could not make the failure again.
          expect(message).toBe(`Expected ${expected}, got ${got} (replay ${replay})`);
          expect(got).toMatch(/^(?!a run that kept it$)./);
        }
      });
    }

    it('have the kill matrix that is committed', { timeout: 0 }, async () => {
      const all: MatrixRow[] = [];
      for (const subject of subjects) all.push(await rowOf(subject));
      const file = `./kill-matrix/${family.replaceAll(' ', '-')}.md`;
      await expect(matrixTable(`Kill matrix: ${family}`, all)).toMatchFileSnapshot(file);
    });
  });
}
