import type { BufferStrategy, Pipe, PipeOptions, PipeSummary } from '@millrace/core';
import type { CreatePipe } from '../conformance.ts';
import type { Actors } from '../explorer/driver.ts';
import { OracleCall } from '../oracle.ts';
import type { LawId } from '../laws.ts';
import type { Answer } from '../oracle.ts';
import { scribble } from '../patterned-bytes.ts';
import { copyOf, sameBytes } from '../same-bytes.ts';
import type { TimelineStep } from '../result.ts';
import { has } from './pipe-features.ts';
import type { PipeFeature, Supports } from './pipe-features.ts';
import { PipeJudge, showError } from './pipe-judge.ts';
import type { Iteration, Outcome, ReadCall } from './pipe-judge.ts';
import type { HookName, Operation, PipeScript } from './pipe-script.ts';
import { describeOperation, failReason, isProducerOperation } from './pipe-script.ts';

export interface PipeSubject {
  readonly strategy: BufferStrategy;
  readonly createPipe: CreatePipe;
  /** The laws the pipe claims to keep. Default: all. */
  readonly claims?: readonly LawId[] | undefined;
  /** What the pipe has of the contract's calls. Default: all. */
  readonly supports?: Supports;
}

type Side = 'producer' | 'consumer';

/** An iteration of the subject beside what is known about it. */
interface RunningIteration extends Iteration {
  readonly iterator: AsyncIterableIterator<Uint8Array>;
}

/** Bytes whose content is checked again at the end: whoever got them may keep them. */
interface HeldBytes {
  readonly bytes: Uint8Array;
  readonly copy: Uint8Array;
}

const reasons = {
  cancel: new Error('the consumer left'),
  throw: new Error('the consumer threw'),
  abort: new Error('the wait was given up'),
  signal: new Error('the pipe’s signal fired'),
  hook: new Error('the hook threw'),
};
const noReason: Answer = { kind: 'code', code: 'ERR_PIPE_CANCELLED' };
const EVERYTHING = Number.POSITIVE_INFINITY;

/** One script on one pipe: does the operations that the driver grants, and shows the judge every answer. */
export class PipeRun implements Actors {
  readonly judge: PipeJudge;
  readonly timeline: TimelineStep[] = [];
  readonly #script: PipeScript;
  readonly #pipe: Pipe;
  readonly #supports: Supports;
  readonly #isRecording: boolean;
  readonly #firstByte: number;
  readonly #signal: AbortController | undefined;

  readonly #next: Record<Side, number> = { producer: 0, consumer: 0 };
  readonly #grants: Record<Side, number> = { producer: 0, consumer: 0 };
  #reactionGrants = 0;
  #isProducerWaiting = false;
  /** The consumer's calls that are not settled; the last of them is what `await` would wait for. */
  #consumerWaits = 0;
  /** Calls under way whose answer is borrowed memory. */
  #borrowing = 0;
  #depth = 0;
  /** Indices in the timeline of the calls that are being made, the innermost last. */
  readonly #stepsUnderWay: number[] = [];

  #values: RunningIteration | undefined;
  /** The last step of `values()` brought bytes, so a `for await` loop would be in its body. */
  #isInLoop = false;
  #views: RunningIteration | undefined;
  #abort: { readonly controller: AbortController; readonly call: ReadCall } | undefined;
  readonly #listeners: (() => number)[] = [];
  #lent: HeldBytes | null = null;
  /** Whether nothing has happened since that may reuse the lent memory. */
  #isLoanValid = false;
  #lentFrom = 0;
  readonly #held: HeldBytes[] = [];
  readonly #hooksUsed = new Set<HookName>();
  #hookError: unknown;
  #summary: PipeSummary | null = null;

  /** `firstByte`: the value of the stream's first byte, so that two pipes have alphabets of their own [P18]. */
  constructor(subject: PipeSubject, script: PipeScript, isRecording: boolean, firstByte: number = 0) {
    this.#script = script;
    this.#supports = subject.supports;
    this.#isRecording = isRecording;
    this.#firstByte = firstByte;
    const { high, low = high >> 1, maxBuffered = 4 * high, expected, maxBytes, hasSignal } = script.options;
    this.judge = new PipeJudge(
      { high, low, maxBuffered, expected, maxBytes },
      subject.strategy.traits.amplification,
      subject,
    );
    this.#signal = hasSignal === true ? new AbortController() : undefined;
    const options: PipeOptions = {
      highWaterMark: high,
      lowWaterMark: low,
      maxBuffered,
      ...(expected !== undefined && { expectedBytes: expected }),
      ...(maxBytes !== undefined && { maxBytes }),
      ...(this.#signal && { signal: this.#signal.signal }),
      source: {
        pause: () => this.#hook('pause', undefined),
        resume: () => this.#hook('resume', undefined),
        cancel: (reason) => this.#hook('cancel', reason),
      },
    };
    this.#pipe = subject.createPipe(subject.strategy, options);
    if (this.#has('summary')) void this.#pipe.writer.closed.then((summary) => void (this.#summary = summary));
  }

  #has(feature: PipeFeature): boolean {
    return has(this.#supports, feature);
  }

  /** The pipe's own figure, or else what the consumer has not seen. */
  get #size(): number {
    return this.#has('figures') ? this.#pipe.reader.size : this.judge.unread;
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
    this.#note('turns', 'microtasks run dry');
    this.judge.quiet(this.#size);
    return this.judge.isOn;
  }

  #useGrants(side: Side): void {
    while (this.#grants[side] > 0 && this.judge.isOn) {
      const operation = this.#script[side][this.#next[side]];
      if (operation === undefined || this.#mustWait(side, operation)) return;
      this.#grants[side] -= 1;
      this.#next[side] += 1;
      this.#perform(side, operation);
    }
  }

  #mustWait(side: Side, operation: Operation): boolean {
    if (side === 'producer') return this.#isProducerWaiting;
    // A view is the consumer's only until its next call, so that call waits for the view to arrive.
    if (this.#borrowing > 0 && !'xoqQygA'.includes(operation.code)) return true;
    const isLeaving = operation.code === 'q' || operation.code === 'Q';
    const isEager = operation.isEager && (!isLeaving || this.#has('return-anytime'));
    return this.#consumerWaits > 0 && !isEager;
  }

  /** After a call of the consumer has settled: first what the schedule put here, then its own next operation. */
  #afterReaction(): void {
    this.#consumerWaits -= 1;
    while (this.#reactionGrants > 0) {
      this.#reactionGrants -= 1;
      this.grant('producer');
    }
    this.#useGrants('consumer');
  }

  // ── Operations ──────────────────────────────────────────────────────────────────────────────────────

  #perform(side: Side, operation: Operation): void {
    if (!this.judge.isOn) return;
    if (operation.code === 'z') return this.#readFigures(this.#depth > 0);
    this.#expectLentUntouched();
    // Between the calls nothing changes [P5]; inside another one its change must be in place already [P12].
    this.#readFigures(this.#depth > 0);
    if (!this.judge.isOn) return;
    this.#note(side, describeOperation(operation));
    const step = this.timeline.length - 1;
    this.#stepsUnderWay.push(step);
    this.#depth += 1;
    try {
      if (isProducerOperation(operation)) this.#produce(operation);
      else this.#consume(operation);
    } finally {
      this.#depth -= 1;
      this.#stepsUnderWay.pop();
    }
    this.#readFigures(this.#depth > 0);
    this.#showState(step);
    if (this.#depth === 0) this.judge.expectTold();
  }

  #readFigures(isInHook: boolean): void {
    const { reader, writer } = this.#pipe;
    if (this.#has('figures')) this.judge.pin(reader.size, writer.desiredSize, isInHook);
    else this.judge.follow();
  }

  #produce(operation: Operation): void {
    const { writer } = this.#pipe;
    switch (operation.code) {
      case 'w':
      case 'W':
        this.#write(operation);
        break;
      case 'd':
        this.#awaitReady();
        break;
      case 'e':
        this.judge.oracle.end();
        this.#mustNotThrow(() => writer.end(), 'end()');
        break;
      case 'f':
      default:
        this.judge.willFail(failReason(operation));
        this.#mustNotThrow(() => writer.fail(failReason(operation)), 'fail()');
    }
  }

  #write({ code, count = 1 }: Operation): void {
    const { writer } = this.#pipe;
    const chunk = new Uint8Array(count + 2).subarray(1, count + 1);
    const from = this.judge.oracle.back;
    for (let index = 0; index < count; index += 1) chunk[index] = (this.#firstByte + from + index) & 0xff;
    const before = this.judge.willWrite(count);
    try {
      const answer = code === 'w' ? writer.write(chunk) : writer.writeCopy(chunk);
      if (code === 'W') scribble(chunk);
      this.judge.expectRefused(answer, writer.desiredSize, before);
      this.#readFigures(this.#depth > 1);
      this.judge.wrote(answer, before);
      this.#answer(String(answer));
    } catch (error) {
      this.judge.writeThrew(error, before);
      this.#answer(showError(error));
    }
  }

  #awaitReady(): void {
    const wasOver = this.judge.oracle.state !== 'open';
    this.#isProducerWaiting = true;
    const call = this.judge.startOther({
      text: 'ready()',
      isDue: () => this.judge.oracle.state !== 'open' || !this.judge.isToldPaused,
    });
    const settled = (isReady: unknown): void => {
      this.judge.settledOther(call);
      const isRight = wasOver ? isReady === false : isReady === true || this.judge.oracle.state !== 'open';
      this.judge.expect(isRight, 'P11', `ready() to answer ${!wasOver}`, () => String(isReady));
      this.#note('producer', '', `ready: ${String(isReady)}`);
      this.#isProducerWaiting = false;
      this.#useGrants('producer');
    };
    this.#pipe.writer.ready().then(settled, (error: unknown) => settled(error));
  }

  #mustNotThrow(action: () => void, what: string): void {
    try {
      action();
    } catch (error) {
      this.judge.expect(false, 'P14', `${what} not to throw`, () => showError(error));
    }
  }

  #consume(operation: Operation): void {
    const { reader } = this.#pipe;
    const { code, count } = operation;
    const min = count ?? 1;
    switch (code) {
      case 'n':
        this.#nextOf((this.#values ??= this.#iterate(reader.values())), operation, true);
        break;
      case 'v':
        this.#nextOf((this.#views ??= this.#iterate(reader.views())), operation, false);
        break;
      case 'r':
        this.#read(operation, min, EVERYTHING, () =>
          reader.read(count === undefined ? undefined : { min: count }),
        );
        break;
      case 'm':
        this.#read(operation, 1, min, () => reader.read({ max: min }));
        break;
      case 'i':
        this.#readInto(operation, min);
        break;
      case 'k':
        this.#peek(operation, min);
        break;
      case 's':
        this.#tryNow(operation, () => reader.tryRead(count), count ?? EVERYTHING, true, 1);
        break;
      case 'K':
        this.#tryNow(operation, () => reader.tryPeek(count), EVERYTHING, false, min);
        break;
      case 'u':
        this.#consumeLent(min);
        break;
      case 'a':
        this.#readWithSignal(operation);
        break;
      default:
        this.#leave(code);
    }
  }

  #iterate(iterator: AsyncIterableIterator<Uint8Array>): RunningIteration {
    return { iterator, isDone: false, hasThrown: false, model: { isDone: false } };
  }

  /** Ways of leaving, and the signals. */
  #leave(code: string): void {
    const { reader } = this.#pipe;
    const { judge } = this;
    if (code !== 'A') this.#endLoan();
    switch (code) {
      case 'A':
        if (this.#abort === undefined) return;
        judge.aborted(this.#abort.call, reasons.abort);
        this.#abort.controller.abort(reasons.abort);
        return;
      case 'x':
        judge.oracle.cancel({ kind: 'reason', reason: reasons.cancel });
        this.#mustNotThrow(() => reader.cancel(reasons.cancel), 'cancel()');
        return;
      case 'o':
        judge.oracle.cancel(noReason);
        this.#mustNotThrow(() => reader.cancel(), 'cancel()');
        return;
      case 'g':
        judge.oracle.cancel({ kind: 'reason', reason: reasons.signal });
        this.#signal?.abort(reasons.signal);
        return;
      case 'y':
        judge.oracle.cancel(noReason);
        this.#other('the disposal', () => reader[Symbol.asyncDispose]());
        return;
      default: {
        if (!this.#mayReturn()) return;
        const iteration = (this.#values ??= this.#iterate(reader.values()));
        const reason: Answer = code === 'q' ? noReason : { kind: 'reason', reason: reasons.throw };
        judge.left(iteration, reason);
        if (code === 'q') this.#other('return()', () => iteration.iterator.return?.());
        else this.#other('throw()', () => iteration.iterator.throw?.(reasons.throw));
      }
    }
  }

  /** Whether the subject promises anything about leaving its iteration now. */
  #mayReturn(): boolean {
    if (this.judge.oracle.state === 'failed' && !this.#has('return-failed')) return false;
    return this.#isInLoop || this.#has('return-anytime');
  }

  #other(text: string, start: () => PromiseLike<unknown> | undefined): void {
    const call = this.judge.startOther({ text, isDue: () => true });
    let promise: PromiseLike<unknown> | undefined;
    try {
      promise = start();
    } catch (error) {
      this.judge.expect(false, 'P14', `${text} not to throw`, () => showError(error));
    }
    const isPromise = typeof promise?.then === 'function';
    this.judge.expect(isPromise, 'P7', `${text} to answer a promise`, () => typeof promise);
    if (!isPromise || promise === undefined) return this.judge.settledOther(call);
    promise.then(
      (result) => {
        this.judge.settledOther(call);
        const isDone = text === 'the disposal' || (result as { done?: unknown } | undefined)?.done === true;
        this.judge.expect(
          isDone && text !== 'throw()',
          'P13',
          `${text} to end the iteration`,
          () => 'another answer',
        );
      },
      (error: unknown) => {
        this.judge.settledOther(call);
        const isRight = text === 'throw()' && error === reasons.throw;
        this.judge.expect(isRight, 'P13', `${text} not to reject`, () => showError(error));
      },
    );
  }

  // ── Ways of reading ─────────────────────────────────────────────────────────────────────────────────

  #nextOf(iteration: RunningIteration, operation: Operation, isOwned: boolean): void {
    const model = new OracleCall(1, EVERYTHING, true, iteration.model, !isOwned);
    const start = (): Promise<unknown> => iteration.iterator.next();
    this.#await(operation, model, iteration, start, isOwned, (result) => {
      const { done, value } = result as IteratorResult<Uint8Array, unknown>;
      return done === true ? null : value;
    });
  }

  #read(operation: Operation, min: number, max: number, start: () => Promise<Uint8Array | null>): void {
    this.#await(
      operation,
      new OracleCall(min, max, true, null),
      null,
      start,
      true,
      (bytes) => bytes as Uint8Array | null,
    );
  }

  #readInto(operation: Operation, length: number): void {
    const target = new Uint8Array(length);
    this.#await(
      operation,
      new OracleCall(1, length, true, null),
      null,
      () => this.#pipe.reader.readInto(target),
      true,
      (count) => (count === 0 ? null : target.slice(0, Number(count))),
    );
  }

  #peek(operation: Operation, min: number): void {
    this.#await(
      operation,
      new OracleCall(min, EVERYTHING, false, null),
      null,
      () => this.#pipe.reader.peek(min),
      false,
      (view) => view as Uint8Array | null,
    );
  }

  #readWithSignal(operation: Operation): void {
    const controller = new AbortController();
    const { signal } = controller;
    this.#listeners.push(countListeners(signal));
    const call = this.#await(
      operation,
      new OracleCall(1, EVERYTHING, true, null),
      null,
      () => this.#pipe.reader.read({ signal }),
      true,
      (bytes) => bytes as Uint8Array | null,
    );
    this.#abort = { controller, call };
  }

  /** Starts a call, and shows the judge its answer in the first reaction to it. */
  #await(
    operation: Operation,
    model: OracleCall,
    iteration: RunningIteration | null,
    start: () => Promise<unknown>,
    isOwned: boolean,
    bytesOf: (result: unknown) => Uint8Array | null,
  ): ReadCall {
    const text = describeOperation(operation);
    this.#endLoan();
    const call = this.judge.startRead(text, model, iteration);
    this.judge.oracle.read(model);
    this.#consumerWaits += 1;
    if (!isOwned) this.#borrowing += 1;
    const settle = (outcome: Outcome): void => {
      if (!isOwned) this.#borrowing -= 1;
      this.#isInLoop = outcome.kind === 'bytes' && iteration !== null && iteration === this.#values;
      this.#note('consumer', '', `${text}: ${showOutcome(outcome)}`);
      this.judge.settledRead(call, this.#receive(outcome, isOwned, model.isTaking));
      this.#afterReaction();
    };
    this.#started(text, start).then(
      (result) => {
        const bytes = bytesOf(result);
        settle(bytes === null ? { kind: 'end' } : { kind: 'bytes', bytes });
      },
      (error: unknown) => settle({ kind: 'error', error }),
    );
    return call;
  }

  #started(text: string, start: () => Promise<unknown>): Promise<unknown> {
    try {
      const promise: unknown = start();
      if (promise instanceof Promise) return promise;
      this.judge.expect(false, 'P7', `${text} to answer a promise`, () => typeof promise);
    } catch (error) {
      this.judge.expect(false, 'P14', `${text} to reject rather than throw`, () => showError(error));
    }
    return new Promise(() => undefined);
  }

  #tryNow(
    operation: Operation,
    attempt: () => Uint8Array | null | undefined,
    max: number,
    isTaking: boolean,
    min: number,
  ): void {
    const text = describeOperation(operation);
    this.#endLoan();
    const model = this.judge.willTry(max, isTaking, min);
    let outcome: Outcome | null;
    try {
      const bytes = attempt();
      outcome = bytes === undefined ? null : bytes === null ? { kind: 'end' } : { kind: 'bytes', bytes };
    } catch (error) {
      outcome = { kind: 'error', error };
    }
    this.#answer(outcome === null ? 'undefined' : showOutcome(outcome));
    const received = outcome && this.#receive(outcome, isTaking, isTaking);
    this.judge.tried(text, model, received);
  }

  /** Uses up lent bytes. More than is lent must be refused. */
  #consumeLent(count: number): void {
    const { judge } = this;
    const left = this.#lent === null ? 0 : this.#lent.bytes.length - this.#lentFrom;
    const bytes = this.#lent?.copy.slice(this.#lentFrom, this.#lentFrom + count) ?? new Uint8Array(0);
    if (count <= left) judge.willConsume(count);
    this.#isLoanValid = false;
    try {
      this.#pipe.reader.consume(count);
    } catch (error) {
      const isRight = count > left && (error as { code?: unknown }).code === 'ERR_PIPE_STATE';
      judge.expect(isRight, 'P16', `consume(${count}) of ${left} lent bytes to be allowed`, () =>
        showError(error),
      );
      return;
    }
    if (
      !judge.expect(
        count <= left,
        'P16',
        `consume(${count}) of ${left} lent bytes to be refused`,
        () => 'it was not',
      )
    )
      return;
    this.#lentFrom += count;
    judge.consumed(bytes.map((byte) => (byte - this.#firstByte) & 0xff));
  }

  // ── Memory that changed hands ───────────────────────────────────────────────────────────────────────

  /**
   * The outcome with the stream's own bytes. What is the consumer's is overwritten at once and looked at again
   * at the end: one stroke shows aliasing in both directions. What is lent is looked at until the loan ends.
   */
  #receive(outcome: Outcome, isOwned: boolean, isTaking: boolean): Outcome {
    if (outcome.kind !== 'bytes') return outcome;
    const { bytes } = outcome;
    if (!(bytes instanceof Uint8Array)) return outcome;
    const plain = Uint8Array.from(bytes, (byte) => byte - this.#firstByte);
    if (isOwned) {
      scribble(bytes);
      this.#held.push({ bytes, copy: copyOf(bytes) });
    } else {
      this.#lent = { bytes, copy: copyOf(bytes) };
      this.#isLoanValid = true;
      this.#lentFrom = isTaking ? bytes.length : 0;
      // Known now, whether the oracle could foresee it or not.
      if (isTaking) this.judge.oracle.viewed = bytes.length;
    }
    return { kind: 'bytes', bytes: plain };
  }

  #endLoan(): void {
    this.#expectLentUntouched();
    this.judge.oracle.viewed = 0;
    this.#lent = null;
    this.#lentFrom = 0;
  }

  #expectLentUntouched(): void {
    if (this.#lent === null || !this.#isLoanValid) return;
    const { bytes, copy } = this.#lent;
    const isUntouched = sameBytes(bytes, copy);
    this.judge.expect(isUntouched, 'P16', `a lent view to stay ${[...copy].join(' ')}`, () =>
      [...bytes].join(' '),
    );
  }

  // ── Hooks ───────────────────────────────────────────────────────────────────────────────────────────

  #hook(hook: HookName, reason: unknown): void {
    if (!this.judge.isOn) return;
    this.#note('producer', `the source is told to ${hook}`, hook === 'cancel' ? showError(reason) : '');
    // Outside every call it is a late decision that brings the hook about [P5].
    this.#readFigures(this.#depth > 0);
    this.judge.hookCalled(hook, reason);
    const action = this.#script.options.hooks?.[hook];
    if (action === undefined || this.#hooksUsed.has(hook)) return;
    this.#hooksUsed.add(hook);
    if (action.code === '!') {
      this.judge.hookThrew(hook);
      if (hook === 'cancel') this.#hookError = reasons.hook;
      else this.judge.oracle.fail(reasons.hook);
      throw reasons.hook;
    }
    const side = isProducerOperation(action) ? 'producer' : 'consumer';
    this.judge.withinHook(() => this.#perform(side, action));
  }

  // ── The end of a schedule ───────────────────────────────────────────────────────────────────────────

  /** The consumer leaves, whatever it was doing; after the next quiet moment everything must be settled. */
  leave(): void {
    this.#reactionGrants = 0;
    this.#grants.producer = this.#grants.consumer = 0;
    if (this.#has('cancel')) this.#perform('consumer', { code: 'o', count: undefined, isEager: true });
    else if (this.#consumerWaits === 0 || this.#has('return-anytime'))
      this.#perform('consumer', { code: 'q', count: undefined, isEager: true });
  }

  finish(hasLeft: boolean): void {
    if (!this.judge.isOn) return;
    this.judge.quiet(this.#size);
    if (hasLeft) this.judge.finish(this.#summary, this.#hookError);
    for (const { bytes, copy } of this.#held) {
      const isUntouched = sameBytes(bytes, copy);
      this.judge.expect(isUntouched, 'P1', 'what was given to stay the consumer’s', () => 'it changed');
    }
    for (const left of this.#listeners) {
      this.judge.expect(left() === 0, 'P17', 'no abort listener left', () => String(left()));
    }
  }

  #note(side: TimelineStep['side'], text: string, answer?: string): void {
    if (!this.#isRecording) return;
    this.timeline.push({ side, text, ...(answer !== undefined && { answer }) });
    this.#showState(this.timeline.length - 1);
  }

  /** The state that a step of the timeline left behind. */
  #showState(index: number): void {
    const step = this.timeline[index];
    if (!this.#isRecording || step === undefined) return;
    const { oracle, ledger, waiting } = this.judge;
    const { front, back, isPaused, state, limits } = oracle;
    this.timeline[index] = {
      ...step,
      state: {
        buffered: [front, back],
        delivered: ledger.delivered,
        ...(this.#has('figures') && { size: this.#pipe.reader.size }),
        marks: [limits.low, limits.high],
        paused: isPaused,
        waiting,
        ...(state !== 'open' && { terminal: state }),
      },
    };
  }

  /** What the innermost call was answered: others may have been made within it since its step was noted. */
  #answer(answer: string): void {
    const index = this.#stepsUnderWay.at(-1) ?? -1;
    const step = this.timeline[index];
    if (step !== undefined) this.timeline[index] = { ...step, answer };
  }
}

function showOutcome(outcome: Outcome): string {
  if (outcome.kind === 'bytes') return `bytes ${[...outcome.bytes].join(' ')}`;
  return outcome.kind === 'end' ? 'the end' : showError(outcome.error);
}

/** Counts the listeners of a signal that has not fired; the answer says how many are left [P17]. */
function countListeners(signal: AbortSignal): () => number {
  const listeners = new Set<unknown>();
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  Object.assign(signal, {
    addEventListener(...args: Parameters<AbortSignal['addEventListener']>) {
      listeners.add(args[1]);
      add(...args);
    },
    removeEventListener(...args: Parameters<AbortSignal['removeEventListener']>) {
      listeners.delete(args[1]);
      remove(...args);
    },
  });
  return () => (signal.aborted ? 0 : listeners.size);
}
