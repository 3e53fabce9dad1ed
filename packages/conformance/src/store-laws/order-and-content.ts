import type { Case } from '../case.ts';
import { judgeStore } from './judge.ts';
import { laps, smallScopeUpTo, thresholds } from './script-families.ts';
import { planWalks } from './store-plan.ts';
import type { StorePlan } from './store-plan.ts';
import { runBeside } from './store-run.ts';

/** S1: every short script, every write size against every read size, the sizes where stores grow, long walks. */
export function orderAndContentCases(plan: StorePlan): readonly Case[] {
  const { strategy, profile } = plan;
  const law = 'S1';
  const isStress = false;
  return [
    {
      law,
      label: 'S1.scope',
      title: `every script of up to ${profile.storeScopeDepth} calls gives back what was put in`,
      run: () =>
        judgeStore(strategy, {
          law,
          label: 'S1.scope',
          isStress,
          scripts: smallScopeUpTo(profile.storeScopeDepth),
        }),
    },
    {
      law,
      label: 'S1.laps',
      title: 'every write size against every read size stays exact for three laps',
      run: () => judgeStore(strategy, { law, label: 'S1.laps', isStress, scripts: laps() }),
    },
    {
      law,
      label: 'S1.thresholds',
      title: 'sizes at and beside each power of two stay exact',
      run: () => judgeStore(strategy, { law, label: 'S1.thresholds', isStress, scripts: thresholds() }),
    },
    {
      law,
      label: 'S1.walks',
      title: 'long random walks stay exact',
      run: () => judgeStore(strategy, { law, label: 'S1.walks', isStress, scripts: planWalks(plan, 1) }),
    },
    {
      law,
      label: 'S1.neighbours',
      title: 'two stores of one strategy never mix their bytes',
      run: () =>
        judgeStore(strategy, {
          law,
          label: 'S1.neighbours',
          isStress,
          scripts: planWalks(plan, 2),
          run: runBeside,
        }),
    },
  ];
}
