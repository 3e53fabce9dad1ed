import { parseArgs } from 'node:util';
import { speedContenders } from './contenders.ts';
import type { SpeedEntry } from './contenders.ts';
import { runtimeNames } from './runtime.ts';
import type { RuntimeName } from './runtime.ts';
import { sections } from './sections.ts';

export interface SpeedArguments {
  readonly isQuick: boolean;
  /** Judges the goals, and lets the exit code tell. */
  readonly wantsGoals: boolean;
  /** Parts of workload names, or names of tables; empty: all. */
  readonly only: readonly string[];
  /** Empty: everybody. */
  readonly contenders: readonly SpeedEntry[];
  readonly runtime: RuntimeName;
  /** Results of an earlier run to judge and print, instead of measuring. */
  readonly from: string | undefined;
}

export const usage = `Usage: arena [--quick] [--goals] [--only WORKLOAD]… [--contender NAME]… [--from FILE] [--runtime NAME]

Measures everybody and writes docs/performance.{md,html,json}; with --quick, which is rougher, into apps/arena/reports.
Ends with 1 when the words of the page ask for a figure that was not measured, or claim what the record does not bear out.
  --goals           only what the goals need; says which are reached; ends with 1 when one is missed by more than its noise
  --only WORKLOAD   workloads whose name has this in it, or the table of that name; prints ours, the two fastest peers and the limits
  --contender NAME  only this one; prints
  --from FILE       makes the pages, or with --goals judges, from the performance.json of an earlier run
  --runtime NAME    a short table on ${runtimeNames.slice(1).join(', ')}; prints
Tables: ${sections.map(({ id }) => id).join(', ')}
Workloads: MODE/given|reused/REGIME/SIZE, such as for-await/given/bursts-64/1KiB; creation; latency; memory/idle; …
Contenders: ${speedContenders.map(({ id }) => id).join(', ')}
`;

/** @throws Error with one sentence that names what is wrong. */
export function parseSpeedArguments(argv: readonly string[]): SpeedArguments | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      quick: { type: 'boolean', default: false },
      goals: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      contender: { type: 'string', multiple: true, default: [] },
      from: { type: 'string' },
      runtime: { type: 'string', default: 'node' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const contenders = values.contender.map((id) => {
    const found = speedContenders.find((entry) => entry.id === id);
    if (found === undefined)
      throw new Error(
        `--contender is "${id}"; it must be one of ${speedContenders.map((one) => one.id).join(', ')}`,
      );
    return found;
  });
  const runtime = runtimeNames.find((name) => name === values.runtime);
  if (runtime === undefined)
    throw new Error(`--runtime is "${values.runtime}"; it must be one of ${runtimeNames.join(', ')}`);
  for (const name of values.only) {
    const isKnown = sections.some(
      ({ id, workloads }) => id === name || workloads.some((workload) => workload.id.includes(name)),
    );
    if (!isKnown)
      throw new Error(`--only is "${name}"; no table has that name and no workload has it in its name`);
  }
  return {
    isQuick: values.quick,
    wantsGoals: values.goals,
    only: values.only,
    contenders,
    runtime,
    from: values.from,
  };
}

/** A part of the results, or a judgement alone, replaces no page. */
export function replacesPages({ only, contenders, runtime, wantsGoals }: SpeedArguments): boolean {
  return only.length === 0 && contenders.length === 0 && runtime === 'node' && !wantsGoals;
}

/** Whether `--only` asks for a workload. */
export function isAskedFor(only: readonly string[], section: string, workload: string): boolean {
  return only.length === 0 || only.some((name) => name === section || workload.includes(name));
}
