import type { BufferStrategy } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import type { ConformanceOptions } from './conformance.ts';
import { conformance as casesOf } from './conformance.ts';
import { problemOf } from './failure-text.ts';
import { skipReason } from './skip-reason.ts';

/**
 * Registers one test per case, titled `[S1] …`. A law that is not claimed, known to be broken or never put to
 * the test is skipped with the reason, never green; a broken or unjudged one fails with its counterexample.
 */
export function conformance(strategy: BufferStrategy, options: ConformanceOptions = {}): void {
  describe(`${strategy.name} keeps the contract`, () => {
    for (const one of casesOf(strategy, options)) {
      // Budgets are counts, so the runner's clock must not decide: a slow machine takes longer, that is all.
      it(`[${one.law}] ${one.title}`, { timeout: 0 }, async ({ skip }) => {
        const result = await one.run();
        expect(problemOf(result)).toBeNull();
        if (result.status !== 'pass') skip(skipReason(result));
      });
    }
  });
}
