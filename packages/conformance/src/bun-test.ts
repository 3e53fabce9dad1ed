import { describe, test } from 'bun:test';
import type { BufferStrategy } from '@millrace/core';
import { conformance as casesOf } from './conformance.ts';
import type { ConformanceOptions } from './conformance.ts';
import { problemOf } from './failure-text.ts';
import { skipReason } from './skip-reason.ts';

/** Budgets are counts, so the runner's clock must not decide: the longest it can be given. */
const NO_LIMIT_MS = 2_147_483_647;

/**
 * Registers one test per case with `bun:test`, titled `[S1] …`. A law that is not claimed is skipped; a broken or
 * unjudged one fails with its counterexample. Bun cannot skip a test that has begun, so a law that turns out not to
 * have been put to the test, or is known to be broken, says so in the output.
 */
export function conformance(strategy: BufferStrategy, options: ConformanceOptions = {}): void {
  describe(`${strategy.name} keeps the contract`, () => {
    for (const one of casesOf(strategy, options)) {
      const isUnclaimed = options.claims?.includes(one.law) === false;
      const title = `[${one.law}] ${one.title}`;
      test.skipIf(isUnclaimed)(
        isUnclaimed ? `${title} (not-claimed)` : title,
        async () => {
          const result = await one.run();
          const problem = problemOf(result);
          if (problem !== null) throw new Error(problem);
          if (result.status !== 'pass') console.warn(`${title}: ${skipReason(result)}`);
        },
        NO_LIMIT_MS,
      );
    }
  });
}
