import { brokenLaw, unbrokenLaw } from '../broken-law.ts';
import type { LawId } from '../laws.ts';
import type { Evidence, Result, TimelineStep } from '../result.ts';
import { whereAt } from '../where-at.ts';
import { formatScript } from './script.ts';
import type { StoreCall, StoreScript } from './script.ts';
import type { StorePlan } from './store-plan.ts';
import { runScript } from './store-run.ts';
import type { ProbeFactory, RunOutcome, StoreRun } from './store-run.ts';
import type { Violation } from './violation.ts';

/** Whose stores are asked, and where. */
export type StoreSubject = Pick<StorePlan, 'strategy' | 'host'>;

/** One question to a store: does it keep `law` in these scripts? */
export interface StoreQuestion {
  readonly law: LawId;
  /** Names the case within its law, for replay codes: `S3.detach`. */
  readonly label: string;
  readonly probe?: ProbeFactory;
  /**
   * The probe puts stress on memory the store must not depend on, so wrong content under it, and only under
   * it, breaks this law. Without it content is not looked at, and a defect in S1 does not stand in the way.
   */
  readonly isStress: boolean;
  readonly scripts: Iterable<StoreScript>;
  /** How a script is run. Default: alone. */
  readonly run?: typeof runScript;
}

interface Verdict {
  readonly kind: 'held' | 'broken' | 'foreign';
  readonly outcome: RunOutcome;
}

/** Puts the question to stores of the strategy, script by script, and minimises the first that breaks the law. */
export function judgeStore(subject: StoreSubject, question: StoreQuestion): Result {
  const { law } = question;
  let schedules = 0;
  let checks = 0;
  let foreign: RunOutcome | null = null;
  for (const script of question.scripts) {
    schedules += 1;
    const verdict = judgeScript(subject, question, script, false);
    if (verdict.kind === 'held') checks += verdict.outcome.checks;
    else if (verdict.kind === 'foreign') foreign ??= verdict.outcome;
    else {
      const evidence = { schedules, checks: checks + verdict.outcome.checks };
      return failure(subject, question, script, verdict.outcome, evidence);
    }
  }
  const evidence = { schedules, checks };
  return foreign?.violation ? hiddenLaw(law, foreign.violation, evidence) : unbrokenLaw(law, evidence);
}

/** Another law's defect stands in the way, so nothing can be said about this one. */
function hiddenLaw(law: LawId, violation: Violation, evidence: Evidence): Result {
  const { expected, got } = violation;
  const message = `Not judged: ${violation.law} stands in the way (expected ${expected}, got ${got})`;
  return { law, status: 'unknown', message, evidence };
}

function judgeScript(
  subject: StoreSubject,
  question: StoreQuestion,
  script: StoreScript,
  isRecording: boolean,
): Verdict {
  const { law, label, isStress, run = runScript } = question;
  const { strategy, host } = subject;
  let underWay: StoreRun | undefined;
  host.onRun?.(() => whereAt(`${label}/${formatScript(script)}`, underWay?.callUnderWay));
  const followed =
    (probe?: ProbeFactory): ProbeFactory =>
    (made) => {
      underWay = made;
      return probe?.(made) ?? {};
    };
  const checkContent = isStress || law === 'S1';
  const outcome = run(strategy, script, { checkContent, isRecording, probe: followed(question.probe) });
  if (outcome.violation === null) return { kind: 'held', outcome };
  if (outcome.violation.law === law) return { kind: 'broken', outcome };
  if (isStress) {
    const calm = runScript(strategy, script, { checkContent: true, probe: followed() });
    if (calm.violation === null) return { kind: 'broken', outcome };
  }
  return { kind: 'foreign', outcome };
}

/** One script and its answer, step by step. */
export interface StoreReplay {
  readonly result: Result;
  readonly timeline: readonly TimelineStep[];
}

/** Puts the question once more, for one script, and keeps the steps. */
export function replayStore(
  subject: StoreSubject,
  question: StoreQuestion,
  script: StoreScript,
): StoreReplay {
  const { law } = question;
  const verdict = judgeScript(subject, question, script, true);
  const { checks, timeline, violation } = verdict.outcome;
  const evidence = { schedules: 1, checks };
  if (violation === null) return { result: unbrokenLaw(law, evidence), timeline };
  if (verdict.kind === 'foreign') return { result: hiddenLaw(law, violation, evidence), timeline };
  const { expected, got } = violation;
  const replay = `${question.label}/${formatScript(script)}`;
  return { result: brokenLaw(law, { replay, expected, got, timeline }, evidence), timeline };
}

function failure(
  subject: StoreSubject,
  question: StoreQuestion,
  script: StoreScript,
  first: RunOutcome,
  evidence: Evidence,
): Result {
  const isBroken = (candidate: StoreScript): boolean =>
    judgeScript(subject, question, candidate, false).kind === 'broken';
  const minimal = shrink(script, isBroken);
  // A store that keeps state between stores may break a law in one run and keep it in the next.
  const again = judgeScript(subject, question, minimal, true);
  const { violation = first.violation, timeline = [] } = again.kind === 'broken' ? again.outcome : {};
  if (violation === null) throw new Error('A broken law without a violation');
  const { expected, got } = violation;
  const replay = `${question.label}/${formatScript(minimal)}`;
  return brokenLaw(question.law, { replay, expected, got, timeline }, evidence);
}

/** Runs spent on making a failure smaller; a large script of large counts is as good as it gets then. */
const SHRINK_TRIES = 3000;

/**
 * Drops calls, joins puts, then makes counts smaller, as long as the law stays broken: over again until nothing helps,
 * since a call may be needed for the count of another one alone.
 */
function shrink(script: StoreScript, isBroken: (candidate: StoreScript) => boolean): StoreScript {
  let calls = [...script.calls];
  let triesLeft = SHRINK_TRIES;
  const tryCalls = (candidate: readonly StoreCall[]): boolean => {
    if (triesLeft-- <= 0 || !isBroken({ ...script, calls: candidate })) return false;
    calls = [...candidate];
    return true;
  };
  const dropCalls = (): void => {
    for (let span = calls.length >> 1; span >= 1; span >>= 1) {
      for (let from = 0; from < calls.length;) {
        if (!tryCalls(calls.toSpliced(from, span))) from += span;
      }
    }
  };
  const joinPuts = (): void => {
    for (let index = calls.length - 1; index > 0; index -= 1) {
      const joined = joinedPuts(calls[index - 1], calls[index]);
      if (joined !== undefined) tryCalls(calls.toSpliced(index - 1, 2, joined));
    }
  };
  // From the end, where the calls are that show what those before them have piled up.
  const lowerCounts = (): void => {
    for (let index = calls.length - 1; index >= 0; index -= 1) {
      for (let isSmaller = true; isSmaller;) {
        const call = calls[index];
        isSmaller = call !== undefined && smaller(call).some((less) => tryCalls(calls.with(index, less)));
      }
    }
  };
  for (let before: readonly StoreCall[] = []; calls !== before && triesLeft > 0;) {
    before = calls;
    for (const pass of [dropCalls, joinPuts, lowerCounts]) pass();
  }
  return { ...script, calls };
}

/** One put of all that two in a row put; `undefined` where they differ in how. */
function joinedPuts(first: StoreCall | undefined, second: StoreCall | undefined): StoreCall | undefined {
  if (first?.call !== 'put' || second?.call !== 'put') return undefined;
  const isAlike = first.owned === second.owned && first.memory === second.memory;
  return isAlike ? { ...first, length: first.length + second.length } : undefined;
}

function smaller(call: StoreCall): readonly StoreCall[] {
  // Halving steps: a threshold deep inside a large count is found in a few tries, not one by one.
  const lower = (count: number): readonly number[] => {
    const steps: number[] = [1];
    for (let step = count >> 1; step >= 1; step >>= 1) steps.push(count - step);
    return steps.filter((less) => less < count);
  };
  switch (call.call) {
    case 'put':
      return [
        ...lower(call.length).map((length) => ({ ...call, length })),
        ...(call.memory === 'exact' ? [] : [{ ...call, memory: 'exact' as const }]),
      ];
    case 'peek':
      return call.min === undefined ? [] : lower(call.min).map((min) => ({ ...call, min }));
    case 'take':
      return call.max === undefined ? [] : lower(call.max).map((max) => ({ ...call, max }));
    case 'takeInto':
      return lower(call.length).map((length) => ({ ...call, length }));
    case 'drop':
      return lower(call.count).map((count) => ({ ...call, count }));
    case 'clear':
    default:
      return [];
  }
}
