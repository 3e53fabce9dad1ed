import { measure } from 'mitata';
import { watchGc } from './gc-watch.ts';
import type { Budget, Measured } from './job.ts';

export interface SampleOptions<Prepared> {
  /** Before each sample, outside of the time. */
  readonly prepare: () => Prepared | Promise<Prepared>;
  /** One sample: long enough for the clock, and for its share of garbage collections. */
  readonly run: (prepared: Prepared) => Promise<void>;
  /** Things that a sample does; the figure is nanoseconds per thing. */
  readonly things: number;
}

/** Runs until it is warm, then has mitata sample it, and reports the garbage collections meanwhile. */
export async function sample<Prepared>(
  { prepare, run, things }: SampleOptions<Prepared>,
  { warmUpMs, minTimeMs }: Budget,
): Promise<Measured> {
  const warm = performance.now() + warmUpMs;
  do await run(await prepare());
  while (performance.now() < warm);
  const gc = watchGc();
  const stats = await measure(
    // mitata calls what stands under 0 before each sample, and hands its result over.
    function* () {
      yield { 0: prepare, bench: (prepared: Prepared) => run(prepared) };
    } as never,
    { min_cpu_time: minTimeMs * 1e6, min_samples: 3, batch_threshold: 0, warmup_samples: 0 },
  );
  return {
    value: stats.p50 / things,
    mean: stats.avg / things,
    samples: stats.ticks,
    gc: await gc.stop(),
  };
}
