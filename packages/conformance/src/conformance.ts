import type { BufferStrategy, Pipe, PipeOptions } from '@millrace/core';
import type { Case } from './case.ts';
import { checkOptions } from './check-options.ts';
import { pipeCases } from './pipe-laws/pipe-cases.ts';
import type { PipeFeature } from './pipe-laws/pipe-features.ts';
import { detectHost } from './host.ts';
import type { Host } from './host.ts';
import { KnownFailures } from './known-failures.ts';
import type { LawId } from './laws.ts';
import { profileOf } from './profile.ts';
import type { ProfileName } from './profile.ts';
import type { Result } from './result.ts';
import { storeProblem } from './store-shape.ts';
import { storeCases } from './store-laws/store-cases.ts';

/** Makes a pipe over a strategy's store: `createPipe` of `@millrace/core`, or one to be graded like it. */
export type CreatePipe = (strategy: BufferStrategy, options?: PipeOptions) => Pipe;

export interface ConformanceOptions {
  /** The pipe to grade with P1–P18. Without it the cases are those of the store, S1–S10. */
  readonly createPipe?: CreatePipe;
  /** How much to try: seconds, a minute, or everything. Default `quick`. */
  readonly profile?: ProfileName;
  /** Where random scripts start. Equal seeds give equal runs on every engine. Default 1. */
  readonly seed?: number;
  /** Only these laws. Default: all. */
  readonly laws?: readonly LawId[];
  /** The laws the subject claims to keep; the others read `not-claimed`. Default: all. */
  readonly claims?: readonly LawId[];
  /** What the pipe has of the contract's calls; what it lacks is not asked for. Default: everything. */
  readonly supports?: readonly PipeFeature[];
  /** Laws known to be broken, each with the reason and where it is tracked. Keeping one after all is a failure. */
  readonly knownFailures?: Readonly<Partial<Record<LawId, string>>>;
  /** Stop at the first schedule of a pipe that breaks a law; the P laws it did not get to are `unknown`. Default false. */
  readonly bail?: boolean;
  /** What the runtime can do. Default: looked up. */
  readonly host?: Host;
}

const names = {
  createPipe: true,
  profile: true,
  seed: true,
  laws: true,
  claims: true,
  supports: true,
  knownFailures: true,
  bail: true,
  host: true,
} as const;

/**
 * The cases that show whether `strategy` keeps the contract. One store is made and looked at; nothing else runs until
 * `run` of a case is called. Cases do not depend on each other and may run in any order, one at a time.
 *
 * @throws TypeError when there is nothing to grade, since `strategy` or its stores do not have the shape of one
 *   (`ERR_PIPE_STRATEGY`), or when there is no such option or no such law, profile or feature.
 */
export function conformance(strategy: BufferStrategy, options: ConformanceOptions = {}): readonly Case[] {
  requireStrategy(strategy);
  checkOptions('conformance()', options, names);
  const profile = profileOf(options.profile ?? 'quick');
  const plan = { strategy, profile, seed: options.seed ?? 1, host: options.host ?? detectHost() };
  const wanted = options.laws && new Set(options.laws);
  const { createPipe } = options;
  const ofPipe = createPipe
    ? pipeCases({
        ...plan,
        bail: options.bail ?? false,
        subject: { strategy, createPipe, claims: options.claims, supports: options.supports },
      })
    : [];
  const cases = [...storeCases(plan), ...ofPipe].filter(({ law }) => wanted === undefined || wanted.has(law));
  const known = new KnownFailures(options.knownFailures ?? {}, cases);
  return cases.map((one) => graded(one, options, known));
}

/** The case as it is reported: claims and known failures taken into account, and a throw never taken for a verdict. */
function graded(one: Case, { claims, host }: ConformanceOptions, known: KnownFailures): Case {
  const { law } = one;
  const nothing = { schedules: 0, checks: 0 };
  if (claims !== undefined && !claims.includes(law)) {
    return { ...one, run: () => ({ law, status: 'not-claimed', evidence: nothing }) };
  }
  return {
    ...one,
    async run(): Promise<Result> {
      host?.onRun?.(() => one.label);
      try {
        return known.reported(one, await one.run());
      } catch (error) {
        const message = `The case itself failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
        return { law, status: 'unknown', message, evidence: nothing };
      }
    },
  };
}

export function requireStrategy(strategy: unknown): asserts strategy is BufferStrategy {
  const problem = strategyProblem(strategy);
  if (problem === null) return;
  throw Object.assign(new TypeError(`This is no buffer strategy: ${problem}`), { code: 'ERR_PIPE_STRATEGY' });
}

/** What keeps a value from being a strategy; `null` when nothing does. */
export function strategyProblem(value: unknown): string | null {
  if (typeof value !== 'object' || value === null)
    return `it is ${value === null ? 'null' : `a ${typeof value}`}`;
  const { name, contract, traits, createStore } = value as Partial<Record<keyof BufferStrategy, unknown>>;
  if (typeof name !== 'string' || name === '') return 'name is not a string';
  if (contract !== 1)
    return `it is written for contract ${String(contract)}, and this suite knows contract 1`;
  if (typeof createStore !== 'function') return 'createStore is not a function';
  if (typeof traits !== 'object' || traits === null) return 'traits is not an object';
  const { put, take, fixed, amplification, shared } = traits as Partial<Record<string, unknown>>;
  if (put !== 'copies' && put !== 'takes') return "traits.put is neither 'copies' nor 'takes'";
  if (take !== 'copies' && take !== 'gives') return "traits.take is neither 'copies' nor 'gives'";
  if (typeof fixed !== 'boolean') return 'traits.fixed is not a boolean';
  if (typeof amplification !== 'number' || !(amplification >= 1))
    return 'traits.amplification is not a number of at least 1';
  if (shared !== undefined && typeof shared !== 'boolean') return 'traits.shared is not a boolean';
  return storeProblem(value as BufferStrategy);
}
