import type { BufferStrategy, ByteStore } from '@millrace/core';
import { byteCount } from '../byte-count.ts';
import type { Host } from '../host.ts';
import type { Result } from '../result.ts';
import { emptyOut } from './empty-out.ts';
import { settleMemory } from './retained-bytes.ts';
import { smallScopeUpTo } from './script-families.ts';
import type { StoreScript } from './script.ts';
import { storeCase } from './store-case.ts';
import type { StoreCase } from './store-case.ts';
import { planWalks } from './store-plan.ts';
import type { StorePlan } from './store-plan.ts';
import type { ProbeFactory } from './store-run.ts';
import { vacuous, verdictOf } from './verdict.ts';

const startOver: ProbeFactory = (run) => ({
  afterCall({ call }) {
    if (call !== 'clear') return;
    const { size, cost } = run.store;
    run.expect(size === 0, 'S6', () => ['clear to leave a size of 0', String(size)]);
    run.expect(cost === run.initialCost, 'S6', () => [
      `clear to go back to the initial cost of ${run.initialCost}`,
      String(cost),
    ]);
  },
});

/** The ways a chunk leaves a store; after each the store holds no chunk. */
const ways: Readonly<Record<string, (store: ByteStore) => void>> = {
  clear: (store) => store.clear(),
  take: (store) => emptyOut(store, () => void store.take()),
  'take in parts': (store) => emptyOut(store, () => void store.take(1000)),
  takeInto: (store) => {
    const target = new Uint8Array(777);
    emptyOut(store, () => void store.takeInto(target));
  },
  drop: (store) => store.drop(store.size),
  'peek and drop': (store) => emptyOut(store, () => store.drop(store.peek().length)),
  'peek everything and clear': (store) => {
    if (store.size > 0) store.peek(store.size);
    store.clear();
  },
};

/** Gives the store chunks it may keep, gets rid of them each `way`, and watches whether the memory can go. */
async function letGo({ strategy, host }: StorePlan): Promise<Result> {
  const law = 'S6';
  if (host.collectGarbage === undefined || typeof WeakRef === 'undefined') {
    return vacuous(law, 'This runtime cannot be made to collect garbage');
  }
  let still: readonly string[] = [];
  // A collector that scans the stack takes old values there for references, now and then; a store keeps its own always.
  for (let round = 0; round < 3 && (round === 0 || still.length > 0); round += 1) {
    still = await stillReferred(strategy, host);
  }
  return verdictOf({
    law,
    label: 'S6.gc',
    isRight: still.length === 0,
    expected: 'chunks that have left to be free to go',
    got: still.join(', '),
    count: Object.keys(ways).length,
  });
}

/** What has not left, or is still referred to, by the way in which it was to leave. */
async function stillReferred(strategy: BufferStrategy, host: Host): Promise<readonly string[]> {
  const left = Object.entries(ways).map(([way, leave]) => {
    const store = strategy.createStore({ capacityBytes: 16_384 });
    const watched = putWatched(store);
    leave(store);
    return { way, store, watched };
  });
  await settleMemory(host);
  const still: string[] = [];
  for (const { way, store, watched } of left) {
    const kept = watched.filter((reference) => reference.deref() !== undefined).length;
    // Reading the store here keeps it alive while its chunks are looked for.
    const { size } = store;
    if (size > 0) still.push(`${byteCount(size)} left in the store after ${way}`);
    else if (kept > 0) still.push(`references to ${kept} of ${watched.length} after ${way}`);
  }
  return still;
}

/** A function of its own, so that no variable of the caller keeps a chunk alive. */
function putWatched(store: ByteStore): readonly WeakRef<ArrayBufferLike>[] {
  return [5000, 300, 4096].map((length) => {
    const chunk = new Uint8Array(length);
    store.put(chunk, true);
    return new WeakRef(chunk.buffer);
  });
}

/** S6: clear starts over, and a chunk that has left is not referred to. */
export function releaseCases(plan: StorePlan): readonly StoreCase[] {
  const { profile } = plan;
  const law = 'S6';
  const ask = (label: string, title: string, scripts: () => Iterable<StoreScript>): StoreCase =>
    storeCase(plan, { law, label, title, probe: startOver, isStress: false, scripts });
  return [
    ask('S6.scope', 'clear goes back to the initial cost from every short script', () =>
      smallScopeUpTo(profile.probedScopeDepth),
    ),
    ask('S6.walks', 'clear goes back to the initial cost in long walks', () => planWalks(plan, 11)),
    {
      law,
      label: 'S6.gc',
      title: 'chunks that were taken, dropped or cleared can be collected',
      run: () => letGo(plan),
    },
  ];
}
