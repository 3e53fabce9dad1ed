import type { Memory } from './soak-subject.ts';

/** What the memory that is left at a quiet point may grow by until the last one, collected. */
const GROWTH_BYTES = 8 * 1024 * 1024;
/** With fewer laps than these, both halves are the way to that size. */
const LEAST_LAPS = 8;
/** What is resident at the end, of the most that was in the first half. */
const RESIDENT_RATIO = 1.25;

/**
 * What is wrong with the memory that a proxy has at the ends of its laps. Code is compiled and pools of memory fill for a while; the
 * second half must not go on growing. Of a run too short for halves it is the second lap that counts, since the first does most of that.
 */
export function memoryFaults(laps: readonly Memory[]): string[] {
  const last = laps.at(-1);
  if (last === undefined || laps.length < 3) return [];
  const isLong = laps.length >= LEAST_LAPS;
  const early = isLong ? laps.slice(0, Math.ceil(laps.length / 2)) : laps.slice(1, 2);
  const growth = keptOf(last) - Math.max(...early.map(keptOf));
  const resident = Math.max(...early.map(({ rss }) => rss));
  return [
    ...(growth > GROWTH_BYTES ? [`${growth} bytes more are kept at the end than early on`] : []),
    ...(isLong && last.rss > resident * RESIDENT_RATIO
      ? [`${last.rss} bytes are resident at the end, and ${resident} were at half time`]
      : []),
  ];
}

function keptOf({ heapUsed, external }: Memory): number {
  return heapUsed + external;
}
