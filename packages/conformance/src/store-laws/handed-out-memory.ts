import type { ByteStore } from '@millrace/core';
import { byteCount } from '../byte-count.ts';
import type { Result } from '../result.ts';
import { mayBeKept } from './chunk-memory.ts';
import { smallScopeUpTo } from './script-families.ts';
import type { StoreScript } from './script.ts';
import { storeCase } from './store-case.ts';
import type { StoreCase } from './store-case.ts';
import { planWalks } from './store-plan.ts';
import type { StorePlan } from './store-plan.ts';
import type { ProbeFactory } from './store-run.ts';
import { verdictOf } from './verdict.ts';

/**
 * Each result either fills the memory behind it, or is the given view it came from: steady, showing at least
 * half of its memory, in a strategy that declares to pass chunks on, and handed out once.
 */
const aloneInItsMemory: ProbeFactory = (run) => {
  const { put, take } = run.strategy.traits;
  const mayPass = put === 'takes' && take === 'gives';
  const given = new Set<ArrayBufferLike>();
  return {
    afterPut(chunk, owned, memory) {
      if (owned && mayBeKept(memory)) given.add(chunk.buffer);
    },
    afterTake(bytes) {
      if (bytes.length === 0) return;
      const isGiven = given.delete(bytes.buffer);
      const isAlone = bytes.length === bytes.buffer.byteLength;
      const isRight = isGiven ? mayPass : isAlone;
      run.expect(isRight, 'S10', () => [
        isGiven
          ? `a copy, since the strategy declares put: ${put}, take: ${take}`
          : 'a result alone in its memory',
        isGiven
          ? 'the given chunk itself'
          : `${byteCount(bytes.length)} in a buffer of ${bytes.buffer.byteLength}`,
      ]);
    },
  };
};

const SECRET = 0xa5;

/** As many in a row are no accident, should memory that nobody has wiped show anything else. */
const SECRET_RUN = 8;

/** Capacities on both sides of what pools are likely to keep, and to treat in another way. */
const CAPACITIES = [64, 1000, 20_480, 70_000, 1_200_000];

/** The ways a store is done with what it held; it may be used on, and often its memory is elsewhere by then. */
const waysToBeDone: Readonly<Record<string, (store: ByteStore) => void>> = {
  clear: (store) => store.clear(),
  take: (store) => void store.take(),
  drop: (store) => store.drop(store.size),
  'peek, drop and clear': (store) => {
    store.drop(store.peek().length);
    store.clear();
  },
};

/** A view shows all the memory behind it to whoever asks for its `buffer`, wherever a store has that from. */
function showNothingOfAnother({ strategy }: StorePlan): Result {
  const law = 'S10';
  const seen: string[] = [];
  let count = 0;
  for (const capacityBytes of CAPACITIES) {
    for (const [way, leave] of Object.entries(waysToBeDone)) {
      for (const length of [1, capacityBytes >> 1, Math.ceil(capacityBytes * 0.95) - SECRET_RUN]) {
        count += 1;
        const one = strategy.createStore({ capacityBytes });
        one.put(new Uint8Array(capacityBytes).fill(SECRET), false);
        leave(one);
        const other = strategy.createStore({ capacityBytes });
        other.put(new Uint8Array(length).fill(1), false);
        if (showsSecret(other.peek()))
          seen.push(`${way}, ${byteCount(length)} in a store of ${capacityBytes}`);
        one.clear();
        other.clear();
      }
    }
  }
  return verdictOf({
    law,
    label: 'S10.behind',
    isRight: seen.length === 0,
    expected: 'nothing of what another store held in the memory behind a lent view',
    got: `bytes of it after ${seen[0] ?? 'nothing'}`,
    count,
  });
}

function showsSecret({ buffer }: Uint8Array): boolean {
  let run = 0;
  for (const byte of new Uint8Array(buffer)) {
    run = byte === SECRET ? run + 1 : 0;
    if (run === SECRET_RUN) return true;
  }
  return false;
}

/** S10, and the declared traits `put` and `take` as far as results show them. */
export function handedOutMemoryCases(plan: StorePlan): readonly StoreCase[] {
  const { profile } = plan;
  const law = 'S10';
  const ask = (label: string, title: string, scripts: () => Iterable<StoreScript>): StoreCase =>
    storeCase(plan, { law, label, title, probe: aloneInItsMemory, isStress: false, scripts });
  return [
    ask('S10.scope', 'every result of every short script is alone in its memory', () =>
      smallScopeUpTo(Math.min(3, profile.storeScopeDepth)),
    ),
    ask('S10.walks', 'every result of long walks is alone in its memory', () => planWalks(plan, 8)),
    {
      law,
      label: 'S10.behind',
      title: 'the memory behind a lent view shows nothing that another store held',
      run: () => showNothingOfAnother(plan),
    },
  ];
}
