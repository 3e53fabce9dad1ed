import { nextMacrotask } from '../host.ts';
import type { Host } from '../host.ts';

/** Counts the jobs that the runtime runs, and leaves them alone. */
export interface JobWatch {
  /** Jobs begun since the watch started. */
  readonly count: number;
  stop(): void;
}

/**
 * A watch on this runtime's jobs, if it really sees them: Bun and Deno have the hooks of `node:async_hooks`, and
 * never call them for promises.
 */
export async function startJobWatch(host: Host): Promise<JobWatch | undefined> {
  const watch = host.watchJobs?.();
  if (watch === undefined) return undefined;
  await nextMacrotask(host);
  const before = watch.count;
  await Promise.resolve();
  queueMicrotask(() => undefined);
  await Promise.resolve();
  const after = watch.count;
  if (after - before === 3) return watch;
  watch.stop();
  return undefined;
}
