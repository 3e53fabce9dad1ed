import type { Depths } from '../explorer/adaptive-words.ts';
import { startJobWatch } from '../explorer/job-watch.ts';
import type { JobWatch } from '../explorer/job-watch.ts';
import type { Host } from '../host.ts';
import type { LawId } from '../laws.ts';
import type { PipeViolation } from './judge/findings.ts';
import type { PipeSubject } from './pipe-subject.ts';
import { runCoded } from './run-schedule.ts';
import type { CodedSchedule, ScheduleOutcome } from './run-schedule.ts';

export interface RunnerOutcome {
  readonly isClean: boolean;
  readonly checks: ReadonlyMap<LawId, number>;
  /** Empty where the runtime does not show them. */
  readonly depths: Depths;
}

/** Schedules between two macrotasks. */
const BATCH = 64;

/**
 * Runs schedules one after another. Where the runtime shows its jobs, quiescence is seen without macrotasks, and
 * one macrotask serves a whole batch:
 *
 *     schedule │ schedule │ … │ schedule │ macrotask: did anything run, or reject unseen?
 *
 * If so, the pipe does something that only macrotasks bring about, and the batch is run again, one by one, with a
 * macrotask wherever a word has a `D`. So is every schedule in which a law is seen broken, before it is reported.
 */
export class ScheduleRunner {
  readonly #subject: PipeSubject;
  readonly #host: Host;
  readonly #report: (schedule: CodedSchedule, violation: PipeViolation) => Promise<void>;
  #jobs: JobWatch | undefined;
  #batch: CodedSchedule[] = [];
  #hasRejected = false;
  #stopWatching: (() => void) | undefined;

  constructor(
    subject: PipeSubject,
    host: Host,
    report: (schedule: CodedSchedule, violation: PipeViolation) => Promise<void>,
  ) {
    this.#subject = subject;
    this.#host = host;
    this.#report = report;
  }

  async start(): Promise<void> {
    this.#jobs = await startJobWatch(this.#host);
    if (this.#jobs === undefined) return;
    this.#stopWatching = this.#host.watchRejections?.(() => (this.#hasRejected = true));
  }

  /** Whether outcomes come with depths. */
  get seesTurns(): boolean {
    return this.#jobs !== undefined;
  }

  async run(schedule: CodedSchedule): Promise<RunnerOutcome> {
    if (this.#jobs === undefined) return this.#runSlowly(schedule);
    const depths: number[] = [];
    const { violation, checks } = await this.#once(schedule, { jobs: this.#jobs, depths });
    if (violation !== null) return { ...(await this.#runSlowly(schedule)), depths };
    this.#batch.push(schedule);
    const isClean = this.#batch.length < BATCH || (await this.#endBatch(this.#jobs));
    return { isClean, checks, depths };
  }

  async stop(): Promise<void> {
    if (this.#jobs === undefined) return;
    await this.#endBatch(this.#jobs);
    this.#jobs.stop();
    this.#stopWatching?.();
    this.#jobs = undefined;
  }

  /** Whether nothing came of the macrotask. */
  async #endBatch(jobs: JobWatch): Promise<boolean> {
    const batch = this.#batch;
    this.#batch = [];
    const foreign = await this.#passMacrotask(jobs);
    if (foreign === 0 && !this.#hasRejected) return true;
    let isClean = true;
    for (const schedule of batch) isClean = (await this.#runSlowly(schedule)).isClean && isClean;
    this.#hasRejected = false;
    return isClean;
  }

  /** The jobs that ran until the macrotask was there; it is one itself. */
  #passMacrotask(jobs: JobWatch): Promise<number> {
    const before = jobs.count;
    return new Promise((resolve) => this.#host.onMacrotask(() => resolve(jobs.count - before - 1)));
  }

  async #runSlowly(schedule: CodedSchedule): Promise<RunnerOutcome> {
    const { violation, checks } = await this.#once(schedule);
    if (violation !== null) await this.#report(schedule, violation);
    return { isClean: violation === null, checks, depths: [] };
  }

  #once(
    schedule: CodedSchedule,
    quiescence?: { readonly jobs: JobWatch; readonly depths: number[] },
  ): Promise<ScheduleOutcome> {
    return runCoded(this.#subject, schedule, { host: this.#host, ...(quiescence && { quiescence }) });
  }
}
