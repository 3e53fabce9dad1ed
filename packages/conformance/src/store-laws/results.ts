import { copyOf, sameBytes } from '../same-bytes.ts';
import { scribble, showBytes } from '../patterned-bytes.ts';
import { detach } from './chunk-memory.ts';
import { smallScopeUpTo } from './script-families.ts';
import type { StoreScript } from './script.ts';
import { storeCase } from './store-case.ts';
import type { StoreCase } from './store-case.ts';
import { planWalks } from './store-plan.ts';
import type { StorePlan } from './store-plan.ts';
import type { ProbeFactory, StoreRun } from './store-run.ts';
import { runBeside } from './store-run.ts';

/** Results that are held on to, each beside what it showed when it was given. */
class HeldResults {
  readonly #run: StoreRun;
  readonly #held: { readonly bytes: Uint8Array; readonly copy: Uint8Array }[] = [];

  constructor(run: StoreRun) {
    this.#run = run;
  }

  hold(bytes: Uint8Array): void {
    this.#held.push({ bytes, copy: copyOf(bytes) });
  }

  /** Looks at the `latest` results, so that looking after each call stays cheap; at the end, at all of them. */
  expectUntouched(latest: number = Number.POSITIVE_INFINITY): void {
    for (const { bytes, copy } of this.#held.slice(-latest)) {
      const isUntouched = sameBytes(bytes, copy);
      this.#run.expect(isUntouched, 'S3', () => [`a result to stay ${showBytes(copy)}`, showBytes(bytes)]);
    }
  }
}

const LATEST = 32;

/** Nobody writes to results; the store must not either. */
const keepResults: ProbeFactory = (run) => {
  const results = new HeldResults(run);
  return {
    afterTake: (bytes) => results.hold(bytes),
    afterCall: ({ call }) => {
      if (call !== 'peek') results.expectUntouched(LATEST);
    },
    atEnd: () => results.expectUntouched(),
  };
};

/** The consumer overwrites each result, all the memory behind it included: it is the consumer's. */
const overwriteResults: ProbeFactory = (run) => {
  const results = new HeldResults(run);
  return {
    afterTake: (bytes) => {
      if (bytes.length > 0) scribble(new Uint8Array(bytes.buffer));
      results.hold(bytes);
    },
    afterCall: () => results.expectUntouched(LATEST),
    atEnd: () => results.expectUntouched(),
  };
};

/** The consumer transfers each result to a worker: the memory behind it is gone. */
const transferResults: ProbeFactory = () => ({
  afterTake: (bytes) => {
    if (bytes.length > 0) detach(bytes.buffer);
  },
});

/** S3: what was taken is the consumer's alone, to keep, to overwrite and to transfer. */
export function resultCases(plan: StorePlan): readonly StoreCase[] {
  const { profile } = plan;
  const law = 'S3';
  const depth = Math.min(3, profile.storeScopeDepth);
  const ask = (
    label: string,
    title: string,
    probe: ProbeFactory,
    scripts: () => Iterable<StoreScript>,
    isStress = true,
  ): StoreCase => storeCase(plan, { law, label, title, probe, isStress, scripts });
  return [
    ask(
      'S3.kept',
      'a result never changes in the consumer’s hands',
      keepResults,
      () => planWalks(plan, 4),
      false,
    ),
    ask(
      'S3.scope',
      'overwriting results changes no later byte, in every short script',
      overwriteResults,
      () => smallScopeUpTo(depth),
    ),
    ask('S3.walks', 'overwriting results changes no later byte in long walks', overwriteResults, () =>
      planWalks(plan, 5),
    ),
    ask('S3.transfer', 'transferring results away takes no later byte with them', transferResults, () =>
      planWalks(plan, 6),
    ),
    storeCase(plan, {
      law,
      label: 'S3.neighbours',
      title: 'results of one store stay untouched while another store of the strategy works',
      probe: keepResults,
      isStress: false,
      scripts: () => planWalks(plan, 7),
      run: runBeside,
    }),
  ];
}
