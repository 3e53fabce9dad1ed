import { laps, smallScopeUpTo, thresholds } from './script-families.ts';
import type { StoreScript } from './script.ts';
import { storeCase } from './store-case.ts';
import type { StoreCase } from './store-case.ts';
import { planWalks } from './store-plan.ts';
import type { StorePlan } from './store-plan.ts';
import { runBeside, runScript } from './store-run.ts';

/** S1: every short script, every write size against every read size, the sizes where stores grow, long walks. */
export function orderAndContentCases(plan: StorePlan): readonly StoreCase[] {
  const { strategy, profile } = plan;
  const ask = (
    label: string,
    title: string,
    scripts: () => Iterable<StoreScript>,
    run: typeof runScript = runScript,
  ): StoreCase => storeCase(strategy, { law: 'S1', label, title, isStress: false, scripts, run });
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
  ];
}
