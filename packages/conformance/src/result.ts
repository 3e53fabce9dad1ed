import type { LawId } from './laws.ts';

/**
 * What a case found out.
 *
 * - `pass`: the law was put to the test and held.
 * - `fail`: it was broken; there is a counterexample.
 * - `not-claimed`: the subject does not claim this law.
 * - `vacuous`: what the law speaks about never came up, so nothing was shown.
 * - `unknown`: it could not be judged: another law's defect stood in the way, or the harness failed.
 * - `known-failure`: broken, and listed as known. `unexpected-pass`: listed as known, and yet it held.
 */
export type Status =
  'pass' | 'fail' | 'not-claimed' | 'vacuous' | 'unknown' | 'known-failure' | 'unexpected-pass';

/** How much was tried. Counts only, so that a verdict never depends on the speed of a machine. */
export interface Evidence {
  /** Distinct scripts or schedules that were run. */
  readonly schedules: number;
  /** Times a check of this law ran and could have failed. */
  readonly checks: number;
}

/** One line of a counterexample. */
export interface TimelineStep {
  /** Whose column it belongs to. A store has one side only. */
  readonly side: 'store' | 'producer' | 'consumer' | 'source' | 'turns';
  readonly text: string;
  /** What the subject answered, or what was observed. */
  readonly answer?: string;
  /** How many calls it was made within, through hooks. Absent: none. */
  readonly depth?: number;
  /** The step where the law was seen to be broken. */
  readonly isFailure?: boolean;
  /** The oracle's view after the step, for reports that step through it. */
  readonly state?: TimelineState;
}

/** What a correct subject holds after a step. */
export interface TimelineState {
  /** Accepted bytes that are not delivered yet, as stream offsets `[from, to)`. */
  readonly buffered: readonly [from: number, to: number];
  /** Bytes that have reached the consumer; what lies between them and `buffered` has been answered and is on its way. */
  readonly delivered?: number;
  /** Bytes that the subject itself says it holds; another number than that of `buffered` is where it went wrong. */
  readonly size?: number;
  /** What the subject itself says that costs, in bytes; the marks are about this. Absent once writing is over. */
  readonly cost?: number;
  /** Low and high mark of a pipe, bytes. */
  readonly marks?: readonly [low: number, high: number];
  readonly paused?: boolean;
  /** Calls that wait, in call order. */
  readonly waiting?: readonly string[];
  readonly terminal?: string;
}

/** A minimal run that breaks the law. */
export interface Counterexample {
  /** The whole run in a few characters; `--replay` runs it again on any runtime. */
  readonly replay: string;
  readonly expected: string;
  readonly got: string;
  readonly timeline: readonly TimelineStep[];
}

export interface Result {
  readonly law: LawId;
  readonly status: Status;
  /** One sentence; absent when the case passed. */
  readonly message?: string;
  readonly counterexample?: Counterexample;
  readonly evidence: Evidence;
}

/** What matters most comes first. */
export const severity: readonly Status[] = [
  'fail',
  'unexpected-pass',
  'unknown',
  'known-failure',
  'pass',
  'vacuous',
  'not-claimed',
];

/** The verdict on a law from the verdicts of its cases: the worst one counts, and one pass outweighs `vacuous`. */
export function worst(results: readonly Result[]): Result | undefined {
  return results.toSorted((a, b) => severity.indexOf(a.status) - severity.indexOf(b.status))[0];
}
