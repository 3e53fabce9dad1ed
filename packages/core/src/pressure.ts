/** The two marks, in bytes of buffered cost. `low < high`, or both are 0. */
export interface Marks {
  readonly highWaterMark: number;
  readonly lowWaterMark: number;
}

/**
 * Whether the producer is to be paused, given whether it was [P11].
 *
 *     cost    0 ─────────── low ─────────── high ───────────▶
 *                 resume     │  as it was    │    pause
 *
 * Two marks instead of one, so that a producer is not stopped and started for every chunk. An empty store
 * never pauses anyone, and neither does a reader that waits for more than is there (`hungry`): with both
 * sides waiting for the other, nothing would move again.
 */
export function shouldPause(
  wasPaused: boolean,
  cost: number,
  size: number,
  hungry: boolean,
  marks: Marks,
): boolean {
  if (size === 0 || hungry) return false;
  return wasPaused ? cost > marks.lowWaterMark : cost >= marks.highWaterMark;
}
