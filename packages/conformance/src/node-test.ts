import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BufferStrategy } from '@millrace/core';
import { conformance as casesOf } from './conformance.ts';
import type { ConformanceOptions } from './conformance.ts';
import { problemOf } from './failure-text.ts';
import { skipReason } from './skip-reason.ts';

/**
 * Registers one test per case with `node:test`, titled `[S1] …`. A law that is not claimed, known to be broken or
 * never put to the test is skipped with the reason, never green; a broken or unjudged one fails with its
 * counterexample.
 */
export function conformance(strategy: BufferStrategy, options: ConformanceOptions = {}): void {
  void describe(`${strategy.name} keeps the contract`, () => {
    for (const one of casesOf(strategy, options)) {
      void it(`[${one.law}] ${one.title}`, async (context) => {
        const result = await one.run();
        const problem = problemOf(result);
        if (problem !== null) assert.fail(problem);
        if (result.status !== 'pass') context.skip(skipReason(result));
      });
    }
  });
}
