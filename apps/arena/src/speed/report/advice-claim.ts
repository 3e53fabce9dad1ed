import type { Results } from '../results.ts';
import { pairCells } from './pair-cells.ts';

/** Whether a figure, as a multiple of the other, keeps to a factor. */
const relations: Readonly<Partial<Record<string, (times: number, factor: number) => boolean>>> = {
  '<': (times, factor) => times < factor,
  '>': (times, factor) => times > factor,
  within: (times, factor) => Math.max(times, 1 / times) <= factor,
};

/**
 * `ring-buffer < 0.5 node-readable for-await/reused/ahead-64k/16KiB`: on each of the workloads, the first takes less than half of
 * the second. `>` is more; `within 1.1` at most a tenth more or less. Several conditions have `and` between.
 *
 * @returns A sentence for each condition that the record does not bear out.
 * @throws Error when there is nothing to compare.
 */
export function checkClaim(words: string, conditions: string, results: Results): readonly string[] {
  return conditions.split(' and ').flatMap((condition) => {
    const [ones = '', relation = '', factor = '', others = '', workloads = '', ...more] =
      condition.split(' ');
    const holds = relations[relation];
    if (holds === undefined || !(Number(factor) > 0) || workloads === '' || more.length > 0)
      throw new Error(
        `"${condition}" is not OURS ${Object.keys(relations).join('|')} FACTOR THEIRS WORKLOADS`,
      );
    const against = pairCells(ones, others, workloads, results)
      .map(({ one, other }) => ({ one, other, times: one.median / other.median }))
      .filter(({ times }) => !holds(times, Number(factor)))
      .map(
        ({ one, other, times }) =>
          `${one.contender} takes ${times.toFixed(2)} times what ${other.contender} does on ${one.workload}`,
      );
    return against.length === 0 ? [] : [`"${words}", if ${condition}: ${against.join('; ')}`];
  });
}
