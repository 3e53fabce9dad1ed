import type { BufferStrategy } from '@millrace/core';
import { conformance as casesOf } from './conformance.ts';
import type { ConformanceOptions } from './conformance.ts';
import { problemOf } from './failure-text.ts';

/** The one thing of Deno that is used here. */
interface DenoTest {
  test(options: {
    readonly name: string;
    readonly fn: () => Promise<void>;
    readonly sanitizeResources: boolean;
  }): void;
}

/**
 * Registers one test per case with `Deno.test`, titled `[S1] …`. A broken or unjudged law fails with its
 * counterexample. Deno cannot skip a test that has begun, so what was not put to the test says so in the output.
 */
export function conformance(strategy: BufferStrategy, options: ConformanceOptions = {}): void {
  const { Deno } = globalThis as unknown as { readonly Deno: DenoTest };
  for (const one of casesOf(strategy, options)) {
    const name = `${strategy.name} [${one.law}] ${one.title}`;
    Deno.test({
      name,
      // The suite keeps one message channel for its macrotasks, whichever test opened it.
      sanitizeResources: false,
      async fn() {
        const result = await one.run();
        const problem = problemOf(result);
        if (problem !== null) throw new Error(problem);
        if (result.status !== 'pass') console.warn(`${name}: ${result.status}: ${result.message ?? ''}`);
      },
    });
  }
}
