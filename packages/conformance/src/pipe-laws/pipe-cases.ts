import { brokenLaw, unbrokenLaw } from '../broken-law.ts';
import type { Case } from '../case.ts';
import { laws } from '../laws.ts';
import type { LawId } from '../laws.ts';
import type { Result } from '../result.ts';
import { Exploration } from './exploration.ts';
import type { PipePlan } from './exploration.ts';
import { optionCases } from './option-cases.ts';

/** Every case of P1–P18. All but those about options share one exploration: the first that runs runs it. */
export function pipeCases(plan: PipePlan): readonly Case[] {
  const exploration = new Exploration(plan);
  const explored = laws
    .filter(({ id }) => id.startsWith('P'))
    .map(({ id, title }) => ({
      law: id,
      label: id,
      title: `${title}, in every schedule explored`,
      run: () => judgePipe(exploration, id),
    }));
  return [...explored, ...optionCases(plan.subject)];
}

async function judgePipe(exploration: Exploration, law: LawId): Promise<Result> {
  await exploration.run();
  const evidence = { schedules: exploration.schedules, checks: exploration.checks.get(law) ?? 0 };
  const counterexample = await exploration.counterexample(law);
  if (counterexample !== null) return brokenLaw(law, counterexample, evidence);
  if (!exploration.isStopped) return unbrokenLaw(law, evidence);
  return { law, status: 'unknown', message: 'Not judged: another law was broken first', evidence };
}
