import type { BufferStrategy } from '@millrace/core';
import { checkOptions } from './check-options.ts';
import { requireStrategy } from './conformance.ts';
import type { CreatePipe } from './conformance.ts';
import { detectHost } from './host.ts';
import type { Host } from './host.ts';
import type { LawId } from './laws.ts';
import { optionCases } from './pipe-laws/option-cases.ts';
import type { PipeFeature } from './pipe-laws/pipe-features.ts';
import { replaySchedule } from './pipe-laws/replay-schedule.ts';
import { parseSchedule } from './pipe-laws/schedule-code.ts';
import { profileOf } from './profile.ts';
import type { Result, TimelineStep } from './result.ts';
import { parseScript } from './store-laws/script.ts';
import type { StoreCase } from './store-laws/store-case.ts';
import { storeCases } from './store-laws/store-cases.ts';

export interface ReplayOptions {
  /** The pipe to run a pipe's code on. */
  readonly createPipe?: CreatePipe;
  /** The laws the subject claims to keep. Default: all. */
  readonly claims?: readonly LawId[];
  /** What the pipe has of the contract's calls. Default: everything. */
  readonly supports?: readonly PipeFeature[];
  /** What the runtime can do. Default: looked up. */
  readonly host?: Host;
}

/** One run, run again. */
export interface Replay {
  readonly code: string;
  /** A result for each law that the run put to the test; those it broke come first. */
  readonly results: readonly Result[];
  /** What happened, step by step, whether a law was broken or not. */
  readonly timeline: readonly TimelineStep[];
}

/**
 * Runs a counterexample's replay code again: `h4/w1.e/n.n~PDPDCDC` is a pipe's, `S1.scope/3~p2.t1` a store's,
 * and `S9.linear1/` or `P11.options/` a measurement's, which has no steps.
 *
 * @throws SyntaxError when `code` is none. The message names it.
 * @throws TypeError when `strategy` is no strategy, when an option is none, or when the code is a pipe's and there is no
 *   `createPipe`.
 */
export async function replay(
  strategy: BufferStrategy,
  code: string,
  options: ReplayOptions = {},
): Promise<Replay> {
  requireStrategy(strategy);
  checkOptions('replay()', options, { createPipe: true, claims: true, supports: true, host: true });
  const host = options.host ?? detectHost();
  const isOfCase = /^[SP]\d+\.\w+\//.test(code);
  return isOfCase ? replayOfCase(strategy, code, host, options) : replayOfPipe(strategy, code, host, options);
}

async function replayOfPipe(
  strategy: BufferStrategy,
  code: string,
  host: Host,
  { createPipe, claims, supports }: ReplayOptions,
): Promise<Replay> {
  const schedule = parsed(code, () => parseSchedule(code));
  if (createPipe === undefined) {
    throw new TypeError(
      `${JSON.stringify(code)} is the replay code of a pipe, and there is no pipe to run it on`,
    );
  }
  return { code, ...(await replaySchedule({ strategy, createPipe, claims, supports }, schedule, host)) };
}

/** Of a store's case, or of one about a pipe's options. */
async function replayOfCase(
  strategy: BufferStrategy,
  code: string,
  host: Host,
  { createPipe, supports }: ReplayOptions,
): Promise<Replay> {
  const label = code.slice(0, code.indexOf('/'));
  const script = code.slice(label.length + 1);
  const ofPipe = createPipe === undefined ? [] : optionCases({ strategy, createPipe, supports });
  const ofStore = storeCases({ strategy, profile: profileOf('quick'), seed: 1, host });
  const one: StoreCase | undefined = [...ofStore, ...ofPipe].find((candidate) => candidate.label === label);
  if (one === undefined) throw noCode(code, `there is no case ${JSON.stringify(label)}`);
  if (one.replay !== undefined) {
    const { result, timeline } = one.replay(parsed(code, () => parseScript(script)));
    return { code, results: [result], timeline };
  }
  if (script !== '') throw noCode(code, `${label} is a measurement, which has no script`);
  return { code, results: [await one.run()], timeline: [] };
}

function parsed<T>(code: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw noCode(code, error instanceof Error ? error.message : String(error));
  }
}

function noCode(code: string, reason: string): SyntaxError {
  return new SyntaxError(`${JSON.stringify(code)} is no replay code: ${reason}`);
}
