import type { LawId } from '../laws.ts';
import type { Result } from '../result.ts';
import { retainedBytes } from './retained-bytes.ts';
import { laps, smallScopeUpTo } from './script-families.ts';
import type { StoreScript } from './script.ts';
import { storeCase } from './store-case.ts';
import type { StoreCase } from './store-case.ts';
import { planWalks } from './store-plan.ts';
import type { StorePlan } from './store-plan.ts';
import type { ProbeFactory } from './store-run.ts';
import { vacuous, verdictOf } from './verdict.ts';
import { measureWork } from './work-meter.ts';

const law: LawId = 'S7';

/** A fixed store holds what it was made for: not a byte more, and it takes something while there is room. */
const keepToCapacity: ProbeFactory = (run) => {
  if (!run.strategy.traits.fixed) return {};
  const { capacityBytes } = run;
  return {
    afterPut(chunk, _owned, _memory, taken) {
      const before = run.held - taken;
      run.expect(run.held <= capacityBytes, law, () => [
        `at most ${capacityBytes} bytes held`,
        String(run.held),
      ]);
      const mustTake = chunk.length > 0 && before < capacityBytes;
      if (mustTake)
        run.expect(taken > 0, law, () => [`put to use the room of ${capacityBytes - before}`, '0 taken']);
    },
  };
};

const CAPACITY = 65_536;

/** `createStore` asks for no array memory. */
function allocateLate({ strategy }: StorePlan): Result {
  const { allocatedBytes } = measureWork(() => void strategy.createStore({ capacityBytes: CAPACITY }));
  return verdictOf({
    law,
    label: 'S7.late',
    isRight: allocatedBytes === 0,
    expected: 'a new store to have asked for no memory',
    got: `${allocatedBytes} bytes`,
  });
}

/** After the first byte a fixed store asks for nothing more, whatever goes through it. */
function allocateOnce({ strategy }: StorePlan): Result {
  if (!strategy.traits.fixed) return vacuous(law, 'The strategy does not declare fixed memory');
  const store = strategy.createStore({ capacityBytes: CAPACITY });
  const chunk = new Uint8Array(1000);
  const target = new Uint8Array(999);
  const first = measureWork(() => void store.put(chunk, false));
  const later = measureWork(() => {
    for (let round = 0; round < 300; round += 1) {
      store.put(chunk, false);
      store.takeInto(target);
      store.drop(1);
    }
    store.drop(store.size);
  });
  const unwrapped = measureWork(() => {
    for (let round = 0; round < 20; round += 1) {
      store.put(chunk, false);
      store.peek(1);
    }
  });
  const isOnce =
    first.allocatedBytes <= 2 * CAPACITY + 4096 &&
    later.allocatedBytes === 0 &&
    unwrapped.allocatedBytes === 0;
  return verdictOf({
    law,
    label: 'S7.once',
    isRight: isOnce,
    expected: `memory for ${CAPACITY} bytes with the first byte and none after it`,
    got: `${first.allocatedBytes} bytes first, ${later.allocatedBytes} in 300 rounds of put, takeInto and drop, ${unwrapped.allocatedBytes} in 20 of put and peek`,
  });
}

/** Stores that are new or cleared hold no memory, however many there are. */
async function holdNothingIdle(plan: StorePlan): Promise<Result> {
  const { strategy, host } = plan;
  const count = 200;
  // A quarter of the least that the stores had held: far above any noise, far below what a kept array costs.
  const most = (count * 40_000) / 4;
  const idle = await retainedBytes(host, most, () =>
    Array.from({ length: count }, () => {
      const store = strategy.createStore({ capacityBytes: CAPACITY });
      const chunk = new Uint8Array(20_000);
      store.put(chunk, true);
      store.put(chunk.slice(), false);
      if (store.size > 0) store.peek(store.size);
      store.clear();
      return store;
    }),
  );
  if (idle === undefined) return vacuous(law, 'This runtime cannot measure memory');
  return verdictOf({
    law,
    label: 'S7.idle',
    isRight: idle <= most,
    expected: `${count} cleared stores to hold at most ${most} bytes`,
    got: String(idle),
  });
}

/** S7, and the declared traits `fixed` and `shared`. */
export function fixedMemoryCases(plan: StorePlan): readonly StoreCase[] {
  const { strategy, profile } = plan;
  const ask = (label: string, title: string, scripts: () => Iterable<StoreScript>): StoreCase => {
    const one = storeCase(plan, { law, label, title, probe: keepToCapacity, isStress: false, scripts });
    if (strategy.traits.fixed) return one;
    return { ...one, run: () => vacuous(law, 'The strategy does not declare fixed memory') };
  };
  return [
    {
      law,
      label: 'S7.late',
      title: 'a store asks for no memory before its first byte',
      run: () => allocateLate(plan),
    },
    { law, label: 'S7.once', title: 'a fixed store asks for memory once', run: () => allocateOnce(plan) },
    { law, label: 'S7.idle', title: 'cleared stores hold no memory', run: () => holdNothingIdle(plan) },
    ask(
      'S7.scope',
      'a fixed store never holds more than its capacity and uses its room, in every short script',
      () => smallScopeUpTo(profile.probedScopeDepth),
    ),
    ask('S7.laps', 'a fixed store keeps to its capacity for three laps', laps),
    ask('S7.walks', 'a fixed store keeps to its capacity in long walks', () => planWalks(plan, 12)),
    {
      law,
      label: 'S7.shared',
      title: 'a store that declares shared memory lends views of it, and only such a store does',
      run: () => sharedAsDeclared(plan),
    },
  ];
}

function sharedAsDeclared({ strategy }: StorePlan): Result {
  if (typeof SharedArrayBuffer === 'undefined') return vacuous(law, 'This runtime has no SharedArrayBuffer');
  const store = strategy.createStore({ capacityBytes: 64 });
  store.put(new Uint8Array(3), false);
  const isShared = store.peek().buffer instanceof SharedArrayBuffer;
  const declares = strategy.traits.shared === true;
  const memory = (is: boolean): string => (is ? 'a view of shared memory' : 'a view of unshared memory');
  return verdictOf({
    law,
    label: 'S7.shared',
    isRight: isShared === declares,
    expected: memory(declares),
    got: memory(isShared),
  });
}
