import type { TimelineState, TimelineStep } from '../result.ts';

/** Bytes that a timeline shows to be lost, as stream offsets `[from, to)`, and the step that lost them. */
export interface LostBytes {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/**
 * Where bytes were lost, as far as a timeline shows it: they have left the buffer, and when all microtasks had run
 * they were still not with the consumer; or the subject itself says that it holds fewer than it must. `null`: none
 * were, or it cannot be told. A reader that has left gets nothing more, so nothing is lost to it.
 */
export function lostBytes(timeline: readonly TimelineStep[]): LostBytes | null {
  const states = timeline.map(({ state }) => state);
  return lostOnTheWay(timeline, states) ?? lostInside(states);
}

type States = readonly (TimelineState | undefined)[];

function lostOnTheWay(timeline: readonly TimelineStep[], states: States): LostBytes | null {
  const last = states.findLast((state) => state !== undefined);
  if (last?.delivered === undefined || last.terminal === 'cancelled') return null;
  const { delivered } = last;
  const [to] = last.buffered;
  const isMissing = (state: TimelineState | undefined): boolean =>
    state !== undefined && state.buffered[0] > delivered;
  const step = states.findIndex(isMissing);
  const wasAwaited = timeline.some(({ side }, index) => side === 'turns' && index > step);
  return step >= 0 && wasAwaited ? { from: delivered, to, step } : null;
}

function lostInside(states: States): LostBytes | null {
  const missing = states.map((state) => {
    if (state?.size === undefined) return 0;
    return state.buffered[1] - state.buffered[0] - state.size;
  });
  const step = missing.findIndex((count) => count > 0);
  const from = states[step]?.buffered[0];
  return from === undefined ? null : { from, to: from + (missing[step] ?? 0), step };
}
