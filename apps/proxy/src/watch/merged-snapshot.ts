import { slowestFirst, type OutcomeCounts } from './body-ledger.ts';
import type { ProxySnapshot } from './proxy-snapshot.ts';

/** What several processes count, as if they were one; `undefined` when there are none. */
export function mergedSnapshot(snapshots: readonly ProxySnapshot[]): ProxySnapshot | undefined {
  const [first] = snapshots;
  if (first === undefined) return undefined;
  const sum = (read: (snapshot: ProxySnapshot) => number): number =>
    snapshots.reduce((total, snapshot) => total + read(snapshot), 0);
  const outcomes = (direction: 'requests' | 'responses'): OutcomeCounts => ({
    ended: sum((snapshot) => snapshot.outcomes[direction].ended),
    failed: sum((snapshot) => snapshot.outcomes[direction].failed),
    cancelled: sum((snapshot) => snapshot.outcomes[direction].cancelled),
  });
  // Ids are counted by each process for itself.
  const bodies = snapshots.flatMap((snapshot, at) =>
    snapshot.bodies.map((body) => ({ ...body, id: body.id * snapshots.length + at })),
  );
  return {
    ...first,
    startedAtMs: Math.min(...snapshots.map(({ startedAtMs }) => startedAtMs)),
    open: { requests: sum(({ open }) => open.requests), responses: sum(({ open }) => open.responses) },
    bufferedBytes: sum(({ bufferedBytes }) => bufferedBytes),
    bufferedLimitBytes: sum(({ bufferedLimitBytes }) => bufferedLimitBytes),
    slow: {
      producersPaused: sum(({ slow }) => slow.producersPaused),
      consumersWaiting: sum(({ slow }) => slow.consumersWaiting),
      producerPausedMs: sum(({ slow }) => slow.producerPausedMs),
      consumerWaitingMs: sum(({ slow }) => slow.consumerWaitingMs),
    },
    bytes: {
      requestsIn: sum(({ bytes }) => bytes.requestsIn),
      responsesOut: sum(({ bytes }) => bytes.responsesOut),
    },
    outcomes: { requests: outcomes('requests'), responses: outcomes('responses') },
    residentBytes: sum(({ residentBytes }) => residentBytes),
    strategies: mergedStrategies(snapshots),
    bodies: slowestFirst(bodies),
  };
}

function mergedStrategies(snapshots: readonly ProxySnapshot[]): ProxySnapshot['strategies'] {
  const merged = new Map<string, ProxySnapshot['strategies'][number]>();
  for (const { strategies } of snapshots) {
    for (const figures of strategies) {
      const so = merged.get(figures.strategy);
      merged.set(figures.strategy, so === undefined ? figures : added(so, figures));
    }
  }
  return [...merged.values()];
}

function added(
  a: ProxySnapshot['strategies'][number],
  b: ProxySnapshot['strategies'][number],
): ProxySnapshot['strategies'][number] {
  return {
    strategy: a.strategy,
    open: a.open + b.open,
    bufferedBytes: a.bufferedBytes + b.bufferedBytes,
    deliveredBytes: a.deliveredBytes + b.deliveredBytes,
    bodies: a.bodies + b.bodies,
    failed: a.failed + b.failed,
    producerPausedMs: a.producerPausedMs + b.producerPausedMs,
    consumerWaitingMs: a.consumerWaitingMs + b.consumerWaitingMs,
  };
}
