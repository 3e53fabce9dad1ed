import type { Word } from './word.ts';
import { orders } from './word.ts';

/** For each `D` of a word, in order: the generations of microtasks in it that ran a job. */
export type Depths = readonly number[];

interface Branch {
  /** `P`, gap, `C`, gap, …; a gap after each operation but the last. */
  readonly parts: readonly string[];
  /** Only gaps behind this one are changed, so that every word comes up once. */
  readonly lastChanged: number;
}

/**
 * Every word of `p` producer and `c` consumer operations, by the number of gaps that are not `D`. Takes the depths
 * of each word before it yields the next: a gap of more generations than ran anything is the same as `D`, so the
 * words are all there are, however deep a pipe's awaits go, and none is tried twice.
 *
 *     P D C D C      depths 2 0  ──▶  P C D C,  P t C D C
 */
export function* adaptiveWords(p: number, c: number, deviations: number): Generator<Word, void, Depths> {
  let level: Branch[] = [];
  for (const order of orders(p, c))
    level.push({ parts: order.split('').join(' D ').split(' '), lastChanged: -1 });
  for (let deviation = 0; level.length > 0; deviation += 1) {
    const next: Branch[] = [];
    for (const branch of level) {
      const depths = yield branch.parts.join('');
      if (deviation < deviations) next.push(...changedOnce(branch, depths));
    }
    level = next;
  }
}

function changedOnce({ parts, lastChanged }: Branch, depths: Depths): readonly Branch[] {
  const changed: Branch[] = [];
  let dry = -1;
  for (let gap = 1; gap < parts.length; gap += 2) {
    if (parts[gap] !== 'D') continue;
    dry += 1;
    if (gap <= lastChanged) continue;
    const depth = depths[dry] ?? 0;
    for (let turns = 0; turns < depth; turns += 1) {
      changed.push({ parts: parts.with(gap, 't'.repeat(turns)), lastChanged: gap });
    }
  }
  return changed;
}
