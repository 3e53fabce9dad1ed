import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askChild } from '../ask-child.ts';
import { findNode26 } from '../node-26.ts';
import { cellOf } from './cell.ts';
import type { Cell, Problem } from './cell.ts';
import { speedContenders } from './contenders.ts';
import type { SpeedEntry } from './contenders.ts';
import type { Budget, Job, Measured } from './job.ts';
import type { Profile } from './profile.ts';
import type { Runtime } from './runtime.ts';
import type { Workload } from './workload.ts';

/** Looked for once: it takes npm a second. */
let node26: { readonly path: string | undefined } | undefined;
/** Two runs that differ by more say little of either: a third one decides, whosoever they are. */
const FAR_APART = 1.25;
const childFile = new URL('child.ts', import.meta.url);
/** Whoever is this much slower than the fastest peer is measured once: nobody will take it for the fastest. */
const FAR_BEHIND = 1.5;
/** Without it, taking the types out and compiling is half of what a child does. What it measures is warm either way. */
const env = { NODE_COMPILE_CACHE: join(tmpdir(), 'millrace-arena-compile-cache') };

export interface WorkloadResult {
  readonly cells: readonly Cell[];
  readonly problems: readonly Problem[];
}

/**
 * Measures the contenders on one workload: each run in a process of its own, one after another, and all of them once
 * before the first has its second turn, so that what the machine does meanwhile falls on everybody.
 */
export async function runWorkload(
  workload: Workload,
  entries: readonly SpeedEntry[],
  { runs, budget, runtime }: Profile,
): Promise<WorkloadResult> {
  const times = isCounted(workload) ? 1 : runs;
  const measured = new Map<SpeedEntry, Measured[]>();
  const problems: Problem[] = [];
  async function runOnce(of: readonly SpeedEntry[]): Promise<void> {
    for (const entry of of) {
      const answer = await measureOnce(jobOf(entry, workload, budget), entry, runtime);
      if (typeof answer === 'string')
        problems.push({ workload: workload.id, contender: entry.id, message: answer });
      else measured.set(entry, [...(measured.get(entry) ?? []), answer]);
    }
  }
  await runOnce(entries);
  for (let run = 1; run < times; run++) await runOnce(worthAnotherRun(measured));
  await runOnce([...measured].filter(([, list]) => areFarApart(list)).map(([entry]) => entry));
  const failed = new Set(problems.map(({ contender }) => contender));
  const cells = entries.flatMap((entry) => {
    const list = measured.get(entry);
    // One that broke once is not measured: its other runs prove nothing.
    return list === undefined || failed.has(entry.id) ? [] : [cellOf(workload.id, entry.id, list)];
  });
  return { cells, problems };
}

export function areFarApart(measured: readonly Pick<Measured, 'value'>[]): boolean {
  const values = measured.map(({ value }) => value);
  return Math.max(...values) > FAR_APART * Math.min(...values);
}

/** Memory is counted, and comes out the same every time. */
function isCounted({ kind }: Workload): boolean {
  return kind === 'memory' || kind === 'one-byte-writes';
}

function worthAnotherRun(measured: ReadonlyMap<SpeedEntry, readonly Measured[]>): readonly SpeedEntry[] {
  const first = [...measured].map(([entry, [one]]) => ({ entry, value: one?.value ?? Infinity }));
  const fastest = Math.min(...first.filter(({ entry }) => entry.kind === 'peer').map(({ value }) => value));
  return first
    .filter(({ entry, value }) => entry.kind !== 'peer' || value <= fastest * FAR_BEHIND)
    .map(({ entry }) => entry);
}

function jobOf(entry: SpeedEntry, workload: Workload, budget: Budget): Job {
  const otherStrategies =
    workload.kind === 'mixed' && entry.strategy !== undefined
      ? speedContenders.flatMap(({ kind, strategy }) =>
          kind !== 'ours' || strategy === undefined || strategy === entry.strategy ? [] : [strategy],
        )
      : [];
  return { file: entry.file.href, strategy: entry.strategy, otherStrategies, workload, budget };
}

async function measureOnce(job: Job, { flags26 }: SpeedEntry, runtime: Runtime): Promise<Measured | string> {
  if (flags26 !== undefined && runtime.name === 'node') node26 ??= { path: findNode26() };
  const execPath = flags26 !== undefined && runtime.name === 'node' ? node26?.path : runtime.execPath;
  if (execPath === undefined) return 'There is no Node 26 to run it on.';
  const flags = [...runtime.flags, ...(flags26 ?? [])];
  return askChild<Measured>(childFile, job, { execPath, flags, env, timeoutMs: 60_000 });
}
