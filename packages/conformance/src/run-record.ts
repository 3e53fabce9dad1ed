import type { BufferStrategy } from '@millrace/core';
import { checkOptions } from './check-options.ts';
import { conformance } from './conformance.ts';
import type { CreatePipe } from './conformance.ts';
import { isFailing } from './failure-text.ts';
import type { Host } from './host.ts';
import { laws } from './laws.ts';
import type { Law, LawId } from './laws.ts';
import type { PipeFeature } from './pipe-laws/pipe-features.ts';
import type { ProfileName } from './profile.ts';
import { worst } from './result.ts';
import type { Result } from './result.ts';

/** What is graded: a store, and the pipe over it that the P laws are put to. */
export interface Subject {
  readonly name: string;
  /** What it was called by; a hint how to run it again names it. */
  readonly specifier: string;
  readonly strategy: BufferStrategy;
  readonly createPipe?: CreatePipe;
  readonly claims?: readonly LawId[];
  readonly supports?: readonly PipeFeature[];
  /** Only these laws are about it: those of a store that merely serves a pipe under test are not. */
  readonly about?: readonly LawId[];
}

export interface GradingOptions {
  readonly profile: ProfileName;
  readonly seed: number;
  readonly laws?: readonly LawId[];
  readonly knownFailures?: Readonly<Partial<Record<LawId, string>>>;
  /** Stop at the first law that is broken; the laws behind it are left out. */
  readonly bail?: boolean;
  /** What the runtime can do. Default: looked up. */
  readonly host?: Host;
}

/** One law and what became of it. The evidence is that of all its cases together. */
export interface LawRecord {
  readonly law: Law;
  readonly result: Result;
}

/** `unknown`: something could not be judged, or no law was put to the test at all. */
export type Verdict = 'conformant' | 'violations' | 'unknown';

export interface SubjectRecord {
  readonly name: string;
  readonly specifier: string;
  /** What runs it again, before `--replay CODE`. Default: this suite's own command with the specifier. */
  readonly command?: string;
  readonly verdict: Verdict;
  /** Distinct scripts and schedules that were run. */
  readonly schedules: number;
  readonly laws: readonly LawRecord[];
}

/** Everything a report is made of. */
export interface RunRecord {
  readonly contract: 1;
  readonly seed: number;
  readonly profile: ProfileName;
  readonly subjects: readonly SubjectRecord[];
}

/** The command that runs a counterexample of a subject again. */
export function replayCommand({ command, specifier }: SubjectRecord, code: string): string {
  return `${command ?? `npx @millrace/conformance ${specifier}`} --replay '${code}'`;
}

const names = {
  profile: true,
  seed: true,
  laws: true,
  knownFailures: true,
  bail: true,
  host: true,
} as const;

/** Runs every case of a subject, law by law, and tells `onLaw` before and after each law. */
export async function gradeSubject(
  subject: Subject,
  options: GradingOptions,
  onLaw: (law: Law, record?: LawRecord) => void = () => undefined,
): Promise<SubjectRecord> {
  checkOptions('gradeSubject()', options, names);
  const { name, specifier, strategy, createPipe, claims, supports, about } = subject;
  const { profile, seed, knownFailures, bail = false, host } = options;
  const wanted = options.laws?.filter((id) => about?.includes(id) ?? true) ?? about;
  const cases = conformance(strategy, {
    profile,
    seed,
    ...(createPipe && { createPipe }),
    ...(claims && { claims }),
    ...(supports && { supports }),
    ...(wanted && { laws: wanted }),
    ...(knownFailures && { knownFailures }),
    bail,
    ...(host && { host }),
  });
  const records: LawRecord[] = [];
  let [ofStore, ofPipe] = [0, 0];
  for (const law of laws) {
    const results: Result[] = [];
    for (const one of cases.filter((candidate) => candidate.law === law.id)) {
      if (results.length === 0) onLaw(law);
      results.push(await one.run());
    }
    const result = summed(results);
    if (result === undefined) continue;
    // The laws of a pipe are read off one exploration, whose schedules each of them names.
    if (law.id.startsWith('S')) ofStore += result.evidence.schedules;
    else ofPipe = Math.max(ofPipe, result.evidence.schedules);
    const record = { law, result };
    records.push(record);
    onLaw(law, record);
    if (bail && isFailing(result)) break;
  }
  return { name, specifier, verdict: verdictOf(records), schedules: ofStore + ofPipe, laws: records };
}

function summed(results: readonly Result[]): Result | undefined {
  const result = worst(results);
  if (result === undefined) return undefined;
  const sum = (of: (one: Result) => number): number => results.reduce((total, one) => total + of(one), 0);
  const evidence = {
    schedules: sum((one) => one.evidence.schedules),
    checks: sum((one) => one.evidence.checks),
  };
  return { ...result, evidence };
}

function verdictOf(records: readonly LawRecord[]): Verdict {
  const has = (...statuses: readonly Result['status'][]): boolean =>
    records.some(({ result }) => statuses.includes(result.status));
  if (has('fail', 'unexpected-pass')) return 'violations';
  return has('unknown') || !has('pass', 'known-failure') ? 'unknown' : 'conformant';
}
