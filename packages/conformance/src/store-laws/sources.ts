import { mismatch, scribble } from '../patterned-bytes.ts';
import { smallScopeUpTo } from './script-families.ts';
import type { StoreScript } from './script.ts';
import { storeCase } from './store-case.ts';
import type { StoreCase } from './store-case.ts';
import { planWalks } from './store-plan.ts';
import type { StorePlan } from './store-plan.ts';
import type { ProbeFactory, StoreRun } from './store-run.ts';

/** The caller goes on using memory it did not give: every byte of it changes as soon as `put` returns. */
const reuseSources: ProbeFactory = (run) => ({
  afterPut(chunk, owned, _memory, taken) {
    if (owned) return;
    expectUntouched(run, chunk, taken);
    scribble(chunk);
  },
});

/** A store that declares `put: 'copies'` must not need even the memory it was given. */
const reuseGivenSources: ProbeFactory = (run) => ({
  afterPut(chunk, owned, _memory, taken) {
    if (!owned) expectUntouched(run, chunk, taken);
    scribble(chunk);
  },
});

/** What was not given is the caller's: still there, and as it was. */
function expectUntouched(run: StoreRun, chunk: Uint8Array, taken: number): void {
  const wrong = mismatch(chunk, run.back - taken);
  const isThere = chunk.length >= taken;
  run.expect(isThere && wrong < 0, 'S2', () => [
    'a chunk that was not given to stay as it was',
    isThere ? `another byte at ${wrong}` : 'its memory gone',
  ]);
}

/** S2, and the declared trait `put: 'copies'`. */
export function sourceCases(plan: StorePlan): readonly StoreCase[] {
  const { strategy, profile } = plan;
  const isCopying = strategy.traits.put === 'copies';
  const probe = isCopying ? reuseGivenSources : reuseSources;
  const ask = (label: string, title: string, scripts: () => Iterable<StoreScript>): StoreCase =>
    storeCase(plan, { law: 'S2', label, title, probe, isStress: true, scripts });
  const what = isCopying ? 'any chunk, given or not,' : 'a chunk that was not given';
  return [
    ask('S2.scope', `overwriting ${what} right after put changes nothing, in every short script`, () =>
      smallScopeUpTo(Math.min(3, profile.storeScopeDepth)),
    ),
    ask('S2.walks', `overwriting ${what} right after put changes nothing in long walks`, () =>
      planWalks(plan, 3),
    ),
  ];
}
