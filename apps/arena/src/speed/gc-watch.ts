import { constants, PerformanceObserver } from 'node:perf_hooks';
import type { PerformanceEntry } from 'node:perf_hooks';

/** Garbage collections while a contender was measured; forced ones are not counted. */
export interface GcReport {
  readonly count: number;
  /** Part of the time that went into them, 0 to 1. */
  readonly share: number;
}

/** Watches the collector. `undefined` on runtimes that do not tell. */
export function watchGc(): { stop(): Promise<GcReport | undefined> } {
  const { supportedEntryTypes } = PerformanceObserver as { supportedEntryTypes?: readonly string[] };
  if (supportedEntryTypes?.includes('gc') !== true) return { stop: async () => undefined };
  let count = 0;
  let milliseconds = 0;
  const add = (entries: readonly PerformanceEntry[]): void => {
    for (const { detail, duration } of entries as readonly (PerformanceEntry & {
      detail: { flags: number };
    })[]) {
      if ((detail.flags & constants.NODE_PERFORMANCE_GC_FLAGS_FORCED) !== 0) continue;
      count++;
      milliseconds += duration;
    }
  };
  const observer = new PerformanceObserver((list) => add(list.getEntries()));
  observer.observe({ entryTypes: ['gc'] });
  const start = performance.now();
  return {
    async stop() {
      const elapsed = performance.now() - start;
      // Entries are handed out one macrotask late.
      await new Promise((resolve) => setImmediate(resolve));
      add(observer.takeRecords());
      observer.disconnect();
      return { count, share: milliseconds / elapsed };
    },
  };
}
