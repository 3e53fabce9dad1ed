import type { Pipe, PipeOptions, PipeSource, PipeSummary } from '@millrace/core';
import type { Actors } from '../../explorer/driver.ts';
import type { TimelineStep } from '../../result.ts';
import { showError } from '../judge/outcome.ts';
import { PipeJudge } from '../judge/pipe-judge.ts';
import { has } from '../pipe-features.ts';
import { describeOperation, describeOptions, isProducerOperation, limitsOf } from '../pipe-script.ts';
import type { HookName, Operation, PipeScript, ScriptOptions } from '../pipe-script.ts';
import type { PipeSubject } from '../pipe-subject.ts';
import { ConsumerMemory } from './consumer-memory.ts';
import { LeavingCalls, signalReason } from './leaving-calls.ts';
import { ProducerCalls } from './producer-calls.ts';
import { ReadingCalls } from './reading-calls.ts';
import { Refusals } from './refusals.ts';
import { SubjectAtWork } from './subject-at-work.ts';
import { TimelineRecorder } from './timeline-recorder.ts';

type Side = 'producer' | 'consumer';

/** Operations that leave; all others of the consumer read, or fire the signal of a read. */
const LEAVING_CODES = 'xogyqQ';
const REFUSED_CODES = 'bB';
/** What may be done while a view is on its way, which is the consumer's only until its next call. */
const CODES_BESIDE_A_VIEW = `${LEAVING_CODES}A`;
const hookReason = new Error('the hook threw');

/** One script on one pipe: does the operations that the driver grants, and shows the judge every answer. */
export class PipeRun implements Actors {
  readonly judge: PipeJudge;
  readonly #script: PipeScript;
  readonly #subject: SubjectAtWork;
  readonly #producer: ProducerCalls;
  readonly #reading: ReadingCalls;
  readonly #leaving: LeavingCalls;
  readonly #refusals: Refusals;
  readonly #next: Record<Side, number> = { producer: 0, consumer: 0 };
  readonly #grants: Record<Side, number> = { producer: 0, consumer: 0 };
  #reactionGrants = 0;
  /** The consumer's calls so far, by how they read. */
  readonly #timesMade = new Map<string, number>();
  readonly #hooksUsed = new Set<HookName>();
  #hookError: unknown;
  /** There is a pipe to look at: not while it is being made, when a signal that has fired is heeded already. */
  #isMade = false;
  #summary: PipeSummary | null = null;

  /** `firstByte`: the value of the stream's first byte, so that two pipes have alphabets of their own [P18]. */
  constructor(subject: PipeSubject, script: PipeScript, isRecording: boolean, firstByte: number = 0) {
    const signal = script.options.signal === undefined ? undefined : new AbortController();
    const judge = new PipeJudge(limitsOf(script.options), subject);
    this.judge = judge;
    this.#script = script;
    if (script.options.signal === 'fired') {
      judge.reading.cancelled({ kind: 'reason', reason: signalReason });
      signal?.abort(signalReason);
    }
    const options = pipeOptions(script.options, signal?.signal, this.#source());
    const pipe = pipeOf(subject, options);
    const hasFigures = has(subject.supports, 'figures');
    const timeline = new TimelineRecorder(judge, hasFigures ? pipe : undefined, isRecording);
    timeline.note('producer', describeOptions(script.options));
    const memory = new ConsumerMemory(judge, firstByte);
    const atWork = new SubjectAtWork({ pipe, supports: subject.supports, judge, timeline, memory });
    this.#subject = atWork;
    this.#producer = new ProducerCalls(atWork, firstByte, () => this.#useGrants('producer'));
    this.#reading = new ReadingCalls(atWork, () => this.#afterReaction());
    this.#leaving = new LeavingCalls(atWork, this.#reading, signal);
    this.#refusals = new Refusals(atWork);
    this.#isMade = true;
    if (atWork.has('summary')) void pipe.writer.closed.then((summary) => void (this.#summary = summary));
  }

  get timeline(): readonly TimelineStep[] {
    return this.#subject.timeline.steps;
  }

  /** The innermost call that the pipe has not come back from. */
  get callUnderWay(): string | undefined {
    return this.#subject.callUnderWay;
  }

  // ── Grants ──────────────────────────────────────────────────────────────────────────────────────────

  grant(side: Side): void {
    this.#grants[side] += 1;
    this.#useGrants(side);
  }

  grantInReaction(): void {
    this.#reactionGrants += 1;
  }

  atQuiescence(): boolean {
    this.#subject.timeline.note('turns', 'microtasks run dry');
    this.judge.quiet(this.#subject.size);
    return this.judge.isOn;
  }

  #useGrants(side: Side): void {
    while (this.#grants[side] > 0 && this.judge.isOn) {
      const operation = this.#script[side][this.#next[side]];
      if (operation === undefined || this.#mustWait(side, operation)) return;
      this.#grants[side] -= 1;
      this.#next[side] += 1;
      this.#perform(operation);
    }
  }

  #mustWait(side: Side, { code, isEager }: Operation): boolean {
    if (side === 'producer') return this.#producer.isWaiting;
    if (this.#reading.isBorrowing && !CODES_BESIDE_A_VIEW.includes(code)) return true;
    const isOfIteration = code === 'q' || code === 'Q';
    const mayOvertake = isEager && (!isOfIteration || this.#subject.has('return-anytime'));
    return this.#reading.isWaiting && !mayOvertake;
  }

  /** After a call of the consumer has settled: first what the schedule put here, then its own next operation. */
  #afterReaction(): void {
    while (this.#reactionGrants > 0) {
      this.#reactionGrants -= 1;
      this.grant('producer');
    }
    this.#useGrants('consumer');
  }

  // ── Operations ──────────────────────────────────────────────────────────────────────────────────────

  #perform(operation: Operation): void {
    if (!this.judge.isOn) return;
    if (operation.code === 'z') return this.#subject.readFigures();
    const isProducers = isProducerOperation(operation);
    const calls = this.#callsOf(operation, isProducers);
    const side = isProducers ? 'producer' : 'consumer';
    const described = describeOperation(operation);
    const text = isProducers ? described : this.#numbered(described);
    this.#subject.call(side, text, () => calls.make(operation, text));
  }

  #callsOf(
    { code }: Operation,
    isProducers: boolean,
  ): ProducerCalls | ReadingCalls | LeavingCalls | Refusals {
    if (REFUSED_CODES.includes(code)) return this.#refusals;
    if (isProducers) return this.#producer;
    return LEAVING_CODES.includes(code) ? this.#leaving : this.#reading;
  }

  /** A call of the consumer may wait beside one that reads the same: the number tells them apart. */
  #numbered(text: string): string {
    const times = (this.#timesMade.get(text) ?? 0) + 1;
    this.#timesMade.set(text, times);
    return times === 1 ? text : `${text} #${times}`;
  }

  // ── Hooks ───────────────────────────────────────────────────────────────────────────────────────────

  #source(): PipeSource {
    return {
      pause: () => this.#hook('pause', undefined),
      resume: () => this.#hook('resume', undefined),
      cancel: (reason) => this.#hook('cancel', reason),
    };
  }

  #hook(hook: HookName, reason: unknown): void {
    const { judge } = this;
    if (!judge.isOn) return;
    if (!this.#isMade) return judge.source.hookCalled(hook, reason);
    const { timeline } = this.#subject;
    timeline.note('producer', `the source is told to ${hook}`, hook === 'cancel' ? showError(reason) : '');
    judge.source.willBeCalled(hook, reason);
    // Outside every call it is a late decision that brings the hook about [P5].
    this.#subject.readFigures();
    judge.source.hookCalled(hook, reason);
    const action = this.#script.options.hooks?.[hook];
    if (action === undefined || this.#hooksUsed.has(hook)) return;
    this.#hooksUsed.add(hook);
    if (action.code !== '!') return judge.findings.withinHook(() => this.#perform(action));
    judge.source.hookThrew(hook);
    if (hook === 'cancel') this.#hookError = hookReason;
    else judge.oracle.fail(hookReason);
    throw hookReason;
  }

  // ── The end of a schedule ───────────────────────────────────────────────────────────────────────────

  /** The consumer leaves, whatever it was doing; after the next quiet moment everything must be settled. */
  leave(): void {
    this.#reactionGrants = 0;
    this.#grants.producer = this.#grants.consumer = 0;
    if (this.#subject.has('cancel')) this.#perform({ code: 'o', count: undefined, isEager: true });
    else if (!this.#reading.isWaiting || this.#subject.has('return-anytime'))
      this.#perform({ code: 'q', count: undefined, isEager: true });
  }

  finish(hasLeft: boolean): void {
    if (!this.judge.isOn) return;
    this.judge.quiet(this.#subject.size);
    if (hasLeft) this.judge.finish(this.#summary, this.#hookError);
    this.#subject.memory.expectHeldUntouched();
    this.#reading.expectNoListeners();
  }
}

function pipeOf({ createPipe, strategy }: PipeSubject, options: PipeOptions): Pipe {
  const pipe: unknown = createPipe(strategy, options);
  const { writer, reader } = Object(pipe) as Readonly<Partial<Record<'writer' | 'reader', unknown>>>;
  if (typeof writer === 'object' && typeof reader === 'object') return pipe as Pipe;
  throw new TypeError(`what createPipe gave has no writer and reader`);
}

function pipeOptions(
  options: ScriptOptions,
  signal: AbortSignal | undefined,
  source: PipeSource,
): PipeOptions {
  const { high, low, maxBuffered, expected, maxBytes } = limitsOf(options);
  return {
    highWaterMark: high,
    lowWaterMark: low,
    maxBuffered,
    ...(expected !== undefined && { expectedBytes: expected }),
    ...(maxBytes !== undefined && { maxBytes }),
    ...(signal && { signal }),
    source,
  };
}
