import { drive } from '../explorer/driver.ts';
import type { Quiescence } from '../explorer/driver.ts';
import type { Word } from '../explorer/word.ts';
import type { Host } from '../host.ts';
import type { LawId } from '../laws.ts';
import type { TimelineStep } from '../result.ts';
import { whereAt } from '../where-at.ts';
import type { PipeViolation } from './judge/findings.ts';
import { showError } from './judge/outcome.ts';
import { has } from './pipe-features.ts';
import { PipeRun } from './run/pipe-run.ts';
import type { PipeSubject } from './pipe-subject.ts';
import type { PipeScript } from './pipe-script.ts';
import { formatSchedule } from './schedule-code.ts';

export interface ScheduleOutcome {
  readonly violation: PipeViolation | null;
  readonly checks: ReadonlyMap<LawId, number>;
  readonly timeline: readonly TimelineStep[];
}

export interface Schedule {
  readonly script: PipeScript;
  readonly word: Word;
}

export interface ScheduleOptions {
  readonly host: Host;
  readonly isRecording?: boolean;
  /**
   * Sees quiescence without macrotasks. Promises that reject unseen are reported in macrotasks only, so whoever
   * gives it has to look out for them.
   */
  readonly quiescence?: Quiescence;
}

/** A schedule, and whether it is run on two pipes at once [P18]. */
export interface CodedSchedule extends Schedule {
  readonly isBeside: boolean;
}

/** Runs a schedule on one fresh pipe, or on two at once. */
export function runCoded(
  subject: PipeSubject,
  schedule: CodedSchedule,
  options: ScheduleOptions,
): Promise<ScheduleOutcome> {
  return (schedule.isBeside ? runBesideAnother : runSchedule)(subject, schedule, options);
}

/** Runs one schedule on a fresh pipe; then the consumer leaves, and everything must be settled. */
export async function runSchedule(
  subject: PipeSubject,
  schedule: Schedule,
  { host, isRecording = false, quiescence }: ScheduleOptions,
): Promise<ScheduleOutcome> {
  const { script, word } = schedule;
  const runs: (PipeRun | ScheduleOutcome)[] = [];
  host.onRun?.(() => whereAt(formatSchedule(schedule), callUnderWay(runs)));
  const run = pipeRun(subject, script, isRecording);
  runs.push(run);
  if (!(run instanceof PipeRun)) return run;
  const stopWatching = quiescence
    ? undefined
    : host.watchRejections?.((reason) => run.judge.sawRejection(reason));
  try {
    await drive(word, run, host, quiescence);
    if (run.judge.isOn && mayLeave(subject)) {
      run.leave();
      await drive('', run, host, quiescence);
    }
    run.finish(mayLeave(subject));
  } finally {
    stopWatching?.();
  }
  return outcomeOf(run);
}

/** A run on a fresh pipe; or, where there is no pipe to be had, what that shows. */
function pipeRun(
  subject: PipeSubject,
  script: PipeScript,
  isRecording: boolean,
  firstByte?: number,
): PipeRun | ScheduleOutcome {
  try {
    return new PipeRun(subject, script, isRecording, firstByte);
  } catch (error) {
    // Every law needs a pipe; the first of those it claims says so.
    const law = subject.claims?.find((id) => id.startsWith('P')) ?? 'P1';
    const expected = 'createPipe to make a pipe';
    const got = `${showError(error)} thrown`;
    const timeline: readonly TimelineStep[] = [
      { side: 'producer', text: got, answer: `expected ${expected}`, isFailure: true },
    ];
    return { violation: { law, expected, got }, checks: new Map([[law, 1]]), timeline };
  }
}

/** Two pipes of one subject in turn, token by token. What only happens to one beside another breaks P18. */
async function runBesideAnother(
  subject: PipeSubject,
  schedule: Schedule,
  { host, isRecording = false, quiescence }: ScheduleOptions,
): Promise<ScheduleOutcome> {
  const { script, word } = schedule;
  const runs: (PipeRun | ScheduleOutcome)[] = [];
  host.onRun?.(() => whereAt(formatSchedule(schedule, true), callUnderWay(runs)));
  const left = pipeRun(subject, script, isRecording);
  const right = pipeRun(subject, script, false, 128);
  runs.push(left, right);
  if (!(left instanceof PipeRun)) return left;
  if (!(right instanceof PipeRun)) return right;
  const both = (action: (run: PipeRun) => void): void => [left, right].forEach(action);
  const actors = {
    grant: (side: 'producer' | 'consumer') => both((run) => run.grant(side)),
    grantInReaction: () => both((run) => run.grantInReaction()),
    atQuiescence: () => [left, right].map((run) => run.atQuiescence()).every(Boolean),
  };
  await drive(word, actors, host, quiescence);
  if (left.judge.isOn && right.judge.isOn && mayLeave(subject)) {
    both((run) => run.leave());
    await drive('', actors, host, quiescence);
  }
  both((run) => run.finish(mayLeave(subject)));
  return outcomeOf(left.judge.verdict === null ? right : left);
}

function callUnderWay(runs: readonly (PipeRun | ScheduleOutcome)[]): string | undefined {
  return runs.map((run) => (run instanceof PipeRun ? run.callUnderWay : undefined)).find(Boolean);
}

/** A pipe that does not claim P13 may not know what it is to be left. */
function mayLeave({ claims, supports }: PipeSubject): boolean {
  const isClaimed = claims === undefined || claims.includes('P13');
  return isClaimed && (has(supports, 'cancel') || has(supports, 'return'));
}

function outcomeOf({ judge, timeline }: PipeRun): ScheduleOutcome {
  const { verdict: violation, checks } = judge;
  const failure: readonly TimelineStep[] =
    violation === null
      ? []
      : [
          {
            side: 'consumer',
            text: violation.got,
            answer: `expected ${violation.expected}`,
            isFailure: true,
          },
        ];
  return { violation, checks, timeline: [...timeline, ...failure] };
}
