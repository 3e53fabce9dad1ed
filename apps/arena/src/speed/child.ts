import { loadStrategy } from '@millrace/core';
import { answerParent } from '../answer-parent.ts';
import type { SpeedContender, SpeedContenderModule } from './contender.ts';
import type { Job, Measured } from './job.ts';
import { measureWorkload } from './measure.ts';

/** Measures one contender on one workload, in a process of its own. */
async function run({ file, strategy, otherStrategies, workload, budget }: Job): Promise<Measured> {
  const { makeContender } = (await import(file)) as SpeedContenderModule;
  const over = async (name: string): Promise<SpeedContender> =>
    makeContender(await loadStrategy(name, { import: (specifier) => import(specifier) }));
  // Who brings a buffer of its own never looks at the strategy.
  const contender = await over(strategy ?? '@millrace/chunk-queue');
  const others: SpeedContender[] = [];
  for (const name of otherStrategies) others.push(await over(name));
  return measureWorkload(contender, workload, budget, others);
}

answerParent(run);
