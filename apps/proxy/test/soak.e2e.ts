import { expect, test } from 'vitest';
import { Soak, type SoakReport } from './load/soak/soak-run.ts';
import type { SubjectName } from './load/soak/soak-subject.ts';
import { ownFolder } from './own-folder.ts';

/** A soak counted in exchanges; `pnpm soak` goes on for minutes. */
function soak(subject: SubjectName, exchangesPerLap: number, laps: number): Promise<SoakReport> {
  const folder = ownFolder();
  return new Soak({
    subject,
    seed: 20_261_129,
    folder,
    exchangesPerLap,
    goesOn: (lapsDone) => lapsDone < laps,
  }).run();
}

test('300 exchanges with breaks on both sides, restarts, reloads and a drain leave nothing wrong and nothing open', async () => {
  const { violations, counts, memory } = await soak('millrace', 100, 3);
  expect(violations).toEqual([]);
  expect(counts).toMatchObject({ restarts: 1, reloads: 4, drains: 1 });
  expect(counts['downloads whole']).toBeGreaterThan(50);
  expect(counts['downloads broken']).toBeGreaterThan(10);
  expect(memory).toHaveLength(3);
});

test('a proxy that swallows a lost connection does not get through the soak', async () => {
  const { violations } = await soak('swallowing', 100, 1);
  expect(violations.filter((violation) => violation.startsWith('silently cut short'))).not.toEqual([]);
});
