import type { BufferStrategy } from '@millrace/core';
import type { Case } from '../case.ts';
import { judgeStore, replayStore } from './judge.ts';
import type { StoreQuestion, StoreReplay } from './judge.ts';
import type { StoreScript } from './script.ts';

/** A case whose counterexamples can be run again, one script at a time. */
export interface StoreCase extends Case {
  replay?(script: StoreScript): StoreReplay;
}

/** A question, the sentence it is put in, and where its scripts come from once they are needed. */
export interface StoreInquiry extends Omit<StoreQuestion, 'scripts'> {
  readonly title: string;
  readonly scripts: () => Iterable<StoreScript>;
}

export function storeCase(strategy: BufferStrategy, inquiry: StoreInquiry): StoreCase {
  const { title, scripts, ...question } = inquiry;
  return {
    law: question.law,
    label: question.label,
    title,
    run: () => judgeStore(strategy, { ...question, scripts: scripts() }),
    replay: (script) => replayStore(strategy, { ...question, scripts: [] }, script),
  };
}
