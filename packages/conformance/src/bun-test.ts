import { describe, test } from 'bun:test';
import type { BufferStrategy } from '@millrace/core';
import { conformance as casesOf } from './conformance.ts';
import type { ConformanceOptions } from './conformance.ts';
import { problemOf } from './failure-text.ts';

/** Budgets are counts, so the runner's clock must not decide: the longest it can be given. */
const NO_LIMIT_MS = 2_147_483_647;

/**
 * Registers one test per case with `bun:test`, titled `[S1] …`. A broken or unjudged law fails with its
 * counterexample. Bun cannot skip a test that has begun, so what was not put to the test says so in the output.
 */
export function conformance(strategy: BufferStrategy, options: ConformanceOptions = {}): void {
  describe(`${strategy.name} keeps the contract`, () => {
    for (const one of casesOf(strategy, options)) {
      const title = `[${one.law}] ${one.title}`;
      test(
        title,
        async () => {
          const result = await one.run();
          const problem = problemOf(result);
          if (problem !== null) throw new Error(problem);
          if (result.status !== 'pass') console.warn(`${title}: ${result.status}: ${result.message ?? ''}`);
        },
        NO_LIMIT_MS,
      );
    }
  });
}
