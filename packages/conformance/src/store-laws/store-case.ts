import type { Case } from '../case.ts';
import { judgeStore, replayStore } from './judge.ts';
import type { StoreQuestion, StoreReplay } from './judge.ts';
import type { StoreScript } from './script.ts';
import type { StorePlan } from './store-plan.ts';

/** A case whose counterexamples can be run again, one script at a time. */
export interface StoreCase extends Case {
  replay?(script: StoreScript): StoreReplay;
}

/** A question, the sentence it is put in, and where its scripts come from once they are needed. */
export interface StoreInquiry extends Omit<StoreQuestion, 'scripts'> {
  readonly title: string;
  readonly scripts: () => Iterable<StoreScript>;
}

export function storeCase(plan: StorePlan, inquiry: StoreInquiry): StoreCase {
  const { title, scripts, ...question } = inquiry;
  return {
    law: question.law,
    label: question.label,
    title,
    run: () => judgeStore(plan, { ...question, scripts: scripts() }),
    replay: (script) => replayStore(plan, { ...question, scripts: [] }, script),
  };
}
