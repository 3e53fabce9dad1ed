import { copyOf, sameBytes } from '../same-bytes.ts';
import { showBytes } from '../patterned-bytes.ts';
import { smallScope, smallScopeUpTo } from './script-families.ts';
import type { StoreScript } from './script.ts';
import { clear, drop, peek, put, take, takeInto } from './script.ts';
import { storeCase } from './store-case.ts';
import type { StoreCase } from './store-case.ts';
import { planWalks } from './store-plan.ts';
import type { StorePlan } from './store-plan.ts';
import type { ProbeFactory } from './store-run.ts';

/** Every view since the last removal is held and compared after each call that must leave it alone. */
const holdViews: ProbeFactory = (run) => {
  let held: { readonly view: Uint8Array; readonly copy: Uint8Array }[] = [];
  let sizeBefore = 0;
  const expectUnchanged = (after: string): void => {
    for (const { view, copy } of held) {
      const isUnchanged = sameBytes(view, copy);
      run.expect(isUnchanged, 'S4', () => [
        `a lent view to stay ${showBytes(copy)} after ${after}`,
        showBytes(view),
      ]);
    }
  };
  return {
    beforeCall({ call }) {
      sizeBefore = run.store.size;
      if (call !== 'put' && call !== 'peek') held = [];
    },
    afterPeek(view) {
      run.expect(run.store.size === sizeBefore, 'S4', () => [
        `peek to leave size at ${sizeBefore}`,
        `${run.store.size}`,
      ]);
      held.push({ view, copy: copyOf(view) });
    },
    afterCall({ call }) {
      expectUnchanged(call);
    },
  };
};

/** Only calls that matter to a lent view, so that more of them fit into a short script. */
const lendingAlphabet = [
  put(1, false),
  put(2, true),
  put(4, false),
  put(9, true),
  peek(),
  peek(2),
  peek(9),
  take(1),
  takeInto(2),
  drop(1),
  clear(),
];

/** S4: a lent view outlives every put and every other peek, and lending changes nothing. */
export function lentViewCases(plan: StorePlan): readonly StoreCase[] {
  const { profile } = plan;
  const law = 'S4';
  const ask = (label: string, title: string, scripts: () => Iterable<StoreScript>): StoreCase =>
    storeCase(plan, { law, label, title, probe: holdViews, isStress: false, scripts });
  return [
    ask('S4.scope', 'no put and no peek moves a lent view, in every short script', () =>
      smallScopeUpTo(Math.min(3, profile.storeScopeDepth)),
    ),
    ask('S4.lending', 'no put and no peek moves a lent view while a store grows and wraps', () =>
      smallScope(profile.storeScopeDepth, lendingAlphabet, 4),
    ),
    ask('S4.walks', 'no put and no peek moves a lent view in long walks', () => planWalks(plan, 9)),
  ];
}
