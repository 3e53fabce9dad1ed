import type { BufferStrategy } from '@millrace/core';
import { conformance as casesOf } from './conformance.ts';
import type { ConformanceOptions } from './conformance.ts';
import { problemOf } from './failure-text.ts';
import { skipReason } from './skip-reason.ts';

interface DenoStep {
  readonly name: string;
  readonly ignore: boolean;
  readonly fn: () => void;
}

/** What of Deno is used here. */
interface DenoTest {
  test(options: {
    readonly name: string;
    readonly ignore: boolean;
    readonly sanitizeResources: boolean;
    readonly fn: (context: { step(options: DenoStep): Promise<boolean> }) => Promise<void>;
  }): void;
}

/**
 * Registers one test per case with `Deno.test`, titled `[S1] …`. A law that is not claimed is ignored; a broken or
 * unjudged one fails with its counterexample. Deno cannot ignore a test that has begun, so one that turns out not to
 * have been put to the test, or is known to be broken, has an ignored step with the reason.
 */
export function conformance(strategy: BufferStrategy, options: ConformanceOptions = {}): void {
  const { Deno } = globalThis as unknown as { readonly Deno: DenoTest };
  for (const one of casesOf(strategy, options)) {
    const ignore = options.claims?.includes(one.law) === false;
    const title = `${strategy.name} [${one.law}] ${one.title}`;
    Deno.test({
      name: ignore ? `${title} (not-claimed)` : title,
      ignore,
      // The suite keeps one message channel for its macrotasks, whichever test opened it.
      sanitizeResources: false,
      async fn(context) {
        const result = await one.run();
        const problem = problemOf(result);
        if (problem !== null) throw new Error(problem);
        if (result.status === 'pass') return;
        await context.step({ name: skipReason(result), ignore: true, fn: () => undefined });
      },
    });
  }
}
