import type { BufferStrategy } from '@millrace/core';
import type { Result } from '../result.ts';
import { laps, smallScopeUpTo, thresholds } from './script-families.ts';
import type { StoreScript } from './script.ts';
import { storeCase } from './store-case.ts';
import type { StoreCase } from './store-case.ts';
import { planWalks } from './store-plan.ts';
import type { StorePlan } from './store-plan.ts';
import { runBeside, runScript } from './store-run.ts';
import { verdictOf } from './verdict.ts';

/** S1: every short script, every write size against every read size, the sizes where stores grow, long walks. */
export function orderAndContentCases(plan: StorePlan): readonly StoreCase[] {
  const { profile } = plan;
  const ask = (
    label: string,
    title: string,
    scripts: () => Iterable<StoreScript>,
    run: typeof runScript = runScript,
  ): StoreCase => storeCase(plan, { law: 'S1', label, title, isStress: false, scripts, run });
  return [
    ask('S1.scope', `every script of up to ${profile.storeScopeDepth} calls gives back what was put in`, () =>
      smallScopeUpTo(profile.storeScopeDepth),
    ),
    ask('S1.laps', 'every write size against every read size stays exact for three laps', laps),
    ask('S1.thresholds', 'sizes at and beside each power of two stay exact', thresholds),
    ask('S1.walks', 'long random walks stay exact', () => planWalks(plan, 1)),
    ask(
      'S1.neighbours',
      'two stores of one strategy never mix their bytes',
      () => planWalks(plan, 2),
      runBeside,
    ),
    {
      law: 'S1',
      label: 'S1.defaults',
      title: 'a store that is made without options gives back what was put in',
      run: () => workWithoutOptions(plan),
    },
  ];
}

/** A pipe always names a capacity; whoever uses a store by itself need not. */
function workWithoutOptions({ strategy }: StorePlan): Result {
  const got = whatComesOut(strategy);
  return verdictOf({
    law: 'S1',
    label: 'S1.defaults',
    isRight: got === '1 2 3',
    expected: 'createStore() to make a store that gives back 1 2 3',
    got,
  });
}

function whatComesOut(strategy: BufferStrategy): string {
  try {
    const store = strategy.createStore();
    // In turns: a store may take and give as little as it likes at once.
    let rest = Uint8Array.of(1, 2, 3);
    for (let calls = 0; calls < 3 && rest.length > 0; calls += 1) rest = rest.slice(store.put(rest, false));
    const out: number[] = [];
    for (let calls = 0; calls < 3 && store.size > 0; calls += 1) {
      const target = new Uint8Array(3);
      out.push(...target.subarray(0, store.takeInto(target)));
    }
    return out.join(' ');
  } catch (error) {
    return `${String(error)} thrown`;
  }
}
