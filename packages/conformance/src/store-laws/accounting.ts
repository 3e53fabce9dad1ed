import type { ByteStore } from '@millrace/core';
import type { Result } from '../result.ts';
import { retainedBytes } from './retained-bytes.ts';
import { smallScopeUpTo } from './script-families.ts';
import type { StoreCall, StoreScript } from './script.ts';
import { drop, peek, put, take } from './script.ts';
import { storeCase } from './store-case.ts';
import type { StoreCase } from './store-case.ts';
import { planWalks } from './store-plan.ts';
import type { StorePlan } from './store-plan.ts';
import type { ProbeFactory } from './store-run.ts';
import { vacuous, verdictOf } from './verdict.ts';
import { measureWork } from './work-meter.ts';

/** Bytes a store may cost beyond its amplification [S5]. */
export const COST_ALLOWANCE_BYTES = 16_384;

/** Figures after every call. Content is not looked at, so only accounting can fail here. */
const keepAccounts: ProbeFactory = (run) => ({
  afterCall() {
    const { store, held } = run;
    const { fixed, amplification } = run.strategy.traits;
    const { size, cost } = store;
    run.expect(size === held, 'S5', () => [`size to be ${held}`, String(size)]);
    run.expect(cost >= size, 'S5', () => [`cost to be at least the size of ${size}`, String(cost)]);
    if (fixed) {
      run.expect(cost === size, 'S5', () => [
        `a fixed store to report its size of ${size} as cost`,
        String(cost),
      ]);
      return;
    }
    const most = amplification * size + COST_ALLOWANCE_BYTES;
    run.expect(cost <= most, 'S5', () => [
      `cost to be at most ${amplification} × ${size} + ${COST_ALLOWANCE_BYTES}`,
      String(cost),
    ]);
  },
});

const times = (count: number, calls: readonly StoreCall[]): readonly StoreCall[] =>
  Array.from({ length: count }, () => calls).flat();

/** The shapes of traffic that make a store hold much more than it shows. */
function* amplifyingScripts(): Generator<StoreScript> {
  const capacityBytes = 65_536;
  for (const owned of [true, false]) {
    yield { capacityBytes, calls: times(3000, [put(1, owned)]) };
    yield { capacityBytes, calls: [put(4 << 20, owned), take(1), take()] };
    yield { capacityBytes, calls: times(40, [put(10, owned, 'sliver')]) };
    yield { capacityBytes, calls: times(40, [put(100, owned, 'node')]) };
    yield { capacityBytes, calls: times(12, [put(40_000, owned, 'half')]) };
    // A large chunk of which little is left.
    yield { capacityBytes, calls: [put(262_144, owned), drop(262_143), peek()] };
    yield { capacityBytes, calls: [...times(8, [put(65_536, owned)]), drop(8 * 65_536 - 2), peek(2)] };
    // A store that has grown and is nearly empty again.
    yield {
      capacityBytes,
      calls: [...times(64, [put(4096, owned)]), ...times(64, [take(4095)]), put(1, owned)],
    };
    // Joining for a long peek may cost, but within the same limit.
    yield {
      capacityBytes,
      calls: [...times(200, [put(700, owned)]), peek(140_000), drop(139_000), peek(500)],
    };
  }
}

/** Bytes of the one-byte writes that real memory is measured with. */
const MEASURED_BYTES = 1 << 20;
/** What the runtime itself may need meanwhile: compiled code, inline caches, the collector's own pages. */
const RUNTIME_NOISE_BYTES = 512 * 1024;

/** A store that copies its backlog for each byte would take hours over a mebibyte; a sample shows it. */
const SAMPLE_BYTES = 4096;
const COPIES_PER_BYTE = 64;

async function measureOneByteWrites({ strategy, host }: StorePlan): Promise<Result> {
  const law = 'S5';
  const most = strategy.traits.amplification * MEASURED_BYTES + COST_ALLOWANCE_BYTES + RUNTIME_NOISE_BYTES;
  const fill = (bytes: number): ByteStore => {
    const store = strategy.createStore({ capacityBytes: MEASURED_BYTES });
    for (let written = 0; written < bytes; written += 1) store.put(new Uint8Array(1), true);
    return store;
  };
  const { copiedBytes } = measureWork(() => void fill(SAMPLE_BYTES));
  if (copiedBytes > SAMPLE_BYTES * COPIES_PER_BYTE) {
    const message = `Not judged: S9 stands in the way (${copiedBytes} bytes copied to put ${SAMPLE_BYTES})`;
    return { law, status: 'unknown', message, evidence: { schedules: 0, checks: 0 } };
  }
  const measured = await retainedBytes(host, most, () => fill(MEASURED_BYTES));
  if (measured === undefined) return vacuous(law, 'This runtime cannot measure memory');
  return verdictOf({
    law,
    label: 'S5.memory',
    isRight: measured <= most,
    expected: `1 MiB in one-byte writes to hold at most ${most} bytes of memory`,
    got: String(measured),
  });
}

const SLIVERS = 64;
const SLIVER_BYTES = 10;
const ARRAY_BYTES = 65_536;

/** A store that reports little and holds much: the array behind a sliver must be free to go [S5]. */
async function releaseHugeArrays({ strategy, host }: StorePlan): Promise<Result> {
  const law = 'S5';
  const allowed = strategy.traits.amplification * SLIVERS * SLIVER_BYTES + COST_ALLOWANCE_BYTES;
  // The one array that a fixed store of this capacity may hold is not what is looked for.
  const most = allowed + RUNTIME_NOISE_BYTES + ARRAY_BYTES;
  const measured = await retainedBytes(host, most, () => {
    const store = strategy.createStore({ capacityBytes: ARRAY_BYTES });
    for (let count = 0; count < SLIVERS; count += 1) {
      store.put(new Uint8Array(new ArrayBuffer(ARRAY_BYTES), 3, SLIVER_BYTES), true);
    }
    return store;
  });
  if (measured === undefined) return vacuous(law, 'This runtime cannot measure memory');
  return verdictOf({
    law,
    label: 'S5.slivers',
    isRight: measured <= most,
    expected: `${SLIVERS} views of ${SLIVER_BYTES} bytes each to hold at most ${most} bytes of memory`,
    got: `${measured}: the large arrays behind them`,
  });
}

/** S5, and the declared trait `amplification`. */
export function accountingCases(plan: StorePlan): readonly StoreCase[] {
  const { profile } = plan;
  const law = 'S5';
  const ask = (label: string, title: string, scripts: () => Iterable<StoreScript>): StoreCase =>
    storeCase(plan, { law, label, title, probe: keepAccounts, isStress: false, scripts });
  return [
    ask('S5.scope', 'size and cost are right after every call of every short script', () =>
      smallScopeUpTo(profile.probedScopeDepth),
    ),
    ask(
      'S5.traffic',
      'cost keeps to the amplification for one-byte, huge and sliver writes',
      amplifyingScripts,
    ),
    ask('S5.walks', 'size and cost are right after every call of long walks', () => planWalks(plan, 10)),
    {
      law,
      label: 'S5.memory',
      title: '1 MiB of one-byte writes keeps to the amplification in real memory, objects included',
      run: () => measureOneByteWrites(plan),
    },
    {
      law,
      label: 'S5.slivers',
      title: 'tiny views do not hold on to the huge arrays behind them',
      run: () => releaseHugeArrays(plan),
    },
  ];
}
