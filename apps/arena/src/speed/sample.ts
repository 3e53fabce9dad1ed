import { measure } from 'mitata';
import { watchGc } from './gc-watch.ts';
import type { Budget, Measured } from './job.ts';

const LEAST_RUNS = 10;

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
  await warmUp(async () => run(await prepare()), warmUpMs);
  const gc = watchGc();
  const stats = await measure(
    // mitata calls what stands under 0 before each sample, and hands its result over.
    function* () {
      yield { 0: prepare, bench: (prepared: Prepared) => run(prepared) };
    } as never,
    // No collection of mitata's own: one while no body is open takes the shapes of everybody's objects, and with them the
    // compiled code, so that what had taken 0.5 µs took 4 in all of the time that is measured.
    { min_cpu_time: minTimeMs * 1e6, min_samples: 3, batch_threshold: 0, warmup_samples: 0, gc: false },
  );
  return {
    value: stats.p50 / things,
    mean: stats.avg / things,
    samples: stats.ticks,
    gc: await gc.stop(),
  };
}

/** Compilers work beside a busy machine: some runs as well as some time, unless the runs take long. */
async function warmUp(once: () => Promise<void>, warmUpMs: number): Promise<void> {
  const start = performance.now();
  for (let runs = 0; ; runs++) {
    const elapsed = performance.now() - start;
    if ((elapsed >= warmUpMs && runs >= LEAST_RUNS) || (elapsed >= 1000 && runs > 0)) return;
    await once();
  }
}
