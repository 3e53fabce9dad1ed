import type { PipeSummary } from '@millrace/core';
import type { LawId } from '../laws.ts';
import type { Answer, OracleIterator, OracleLimits } from '../oracle.ts';
import { OracleCall, PipeOracle } from '../oracle.ts';
import { DeliveryLedger } from './delivery-ledger.ts';
import { has } from './pipe-features.ts';
import type { PipeSubject } from './pipe-run.ts';
import type { HookName } from './pipe-script.ts';

/** What a schedule showed: the law, what had to be, and what was. */
export interface PipeViolation {
  readonly law: LawId;
  readonly expected: string;
  readonly got: string;
}

/** How a call of the consumer ended, in one shape for all ways of reading. */
export type Outcome =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'end' }
  | { readonly kind: 'error'; readonly error: unknown };

/** One iteration beside its model. */
export interface Iteration {
  /** `next` is answered `done` from now on. */
  isDone: boolean;
  /** It has thrown once, which is all it may. */
  hasThrown: boolean;
  readonly model: OracleIterator;
}

/** A call that takes or lends bytes, from its start to its answer. */
export interface ReadCall {
  readonly text: string;
  readonly model: OracleCall;
  readonly iteration: Iteration | null;
  /** In the ledger; -1 for a peek. */
  readonly entry: number;
  readonly min: number;
  readonly max: number;
  /** The reason of its signal, once it has fired. */
  abortReason: { readonly reason: unknown } | null;
  /** It had been answered when its signal fired, so the signal must not matter any more. */
  isTooLateToAbort: boolean;
  /** It was under way when its iteration was left: what was decided before still arrives. */
  wasUnderWay: boolean;
}

/** Any other promise: `return()`, `ready()`, the disposal. */
export interface OtherCall {
  readonly text: string;
  /** Whether it has to be settled by now. */
  isDue(): boolean;
}

/** S5's constant, which cost may have beyond the amplification [P10]. */
const COST_ALLOWANCE_BYTES = 16_384;

/**
 * Judges one pipe in one schedule. The ledger judges what is delivered, whenever the pipe decides; the oracle
 * predicts what is decided, at the call that decides it, and the figures that follow from it.
 */
export class PipeJudge {
  /** The first violation; it ends the judging, since what follows may only be its consequence. */
  violation: PipeViolation | null = null;
  /** A late decision [P5] is only what can be blamed when nothing else is wrong, so the judging goes on. */
  #late: PipeViolation | null = null;
  /** Wrong figures in a hook [P12], until the call around it shows whether they stay wrong. */
  #suspect: PipeViolation | null = null;
  /** Checks that could have failed, by law. */
  readonly checks: Map<LawId, number> = new Map<LawId, number>();
  readonly oracle: PipeOracle;
  readonly ledger: DeliveryLedger = new DeliveryLedger();
  readonly #amplification: number;
  readonly #claims: readonly LawId[] | undefined;
  readonly #mayDecideLate: boolean;
  readonly #hasFigures: boolean;
  readonly #hasSummary: boolean;
  /** A limit that a pipe neither shows nor promises is not predicted. */
  readonly #mayOverflow: boolean;
  readonly #hasCodes: boolean;
  readonly #reads = new Set<ReadCall>();
  readonly #others = new Set<OtherCall>();
  readonly #iterations = new Set<Iteration>();
  #hooksUnderWay = 0;
  #hasActed = false;
  #isToldPaused = false;
  #told: unknown[] = [];
  #hasHookThrown = false;
  #hasFailedAfterEnd = false;
  #hasAborted = false;

  /**
   * Laws that are not among `claims` are not judged; a pipe that does not claim P5, or has no figures to read off
   * what it has decided, may decide when it likes.
   */
  constructor(
    limits: OracleLimits,
    amplification: number,
    { claims, supports }: Pick<PipeSubject, 'claims' | 'supports'>,
  ) {
    this.oracle = new PipeOracle(limits);
    this.#amplification = amplification;
    this.#claims = claims;
    this.#hasFigures = has(supports, 'figures');
    this.#hasSummary = has(supports, 'summary');
    this.#mayOverflow = this.#hasFigures || claims?.includes('P10') !== false;
    this.#mayDecideLate = claims?.includes('P5') === false || !this.#hasFigures;
    this.#hasCodes = has(supports, 'codes');
    this.oracle.isSure = !this.#mayDecideLate;
  }

  /** Judging goes on while nothing was found. */
  get isOn(): boolean {
    return this.violation === null;
  }

  /** What the schedule showed, all in all. */
  get verdict(): PipeViolation | null {
    return this.violation ?? this.#late ?? this.#suspect;
  }

  /** The calls that wait and must wait, in call order. */
  get waiting(): readonly string[] {
    return [...this.#reads].filter(({ model }) => model.answer === null).map(({ text }) => text);
  }

  expect(isRight: boolean, law: LawId, expected: string, got: () => string): boolean {
    if (this.#claims?.includes(law) === false) return isRight;
    this.checks.set(law, (this.checks.get(law) ?? 0) + 1);
    if (isRight) return true;
    // What goes wrong inside a hook that was shown wrong figures is their consequence.
    const cause = this.#hooksUnderWay > 0 ? this.#suspect : null;
    this.violation ??= cause ?? { law, expected, got: got() };
    return isRight;
  }

  // ── What the producer is answered ───────────────────────────────────────────────────────────────────

  /** Before the call: what `write` may do, and the model moved on. */
  willWrite(length: number): { readonly isOver: boolean; readonly mayThrow: boolean } {
    // Whether a pipe that decides late is paused is what it has told.
    if (!this.oracle.isSure) this.oracle.isPaused = this.#isToldPaused && this.#mayOverflow;
    const isOver = this.oracle.state !== 'open';
    const mayThrow = this.oracle.state === 'ended';
    this.oracle.write(length);
    return { isOver, mayThrow };
  }

  willFail(reason: unknown): void {
    if (this.oracle.state === 'ended') this.#hasFailedAfterEnd = true;
    this.oracle.fail(reason);
  }

  /** Right after a write that passed a limit: it must not have been taken. */
  expectRefused(answer: unknown, desiredSize: number | null, before: { readonly isOver: boolean }): void {
    const { state, reason } = this.oracle;
    if (before.isOver || state !== 'failed' || reason.kind !== 'code') return;
    const law = reason.code === 'ERR_PIPE_LENGTH_MISMATCH' ? 'P15' : 'P10';
    const isRefused = answer === false && desiredSize === null;
    this.expect(isRefused, law, `a write to fail the pipe with ${reason.code}`, () => 'it went on');
  }

  wrote(answer: unknown, before: { readonly isOver: boolean }): void {
    if (before.isOver) {
      this.expect(answer === false, 'P9', 'false from a write that nobody will read', () => String(answer));
    } else if (this.oracle.isSure) {
      const isRight = answer === (this.oracle.state === 'open' && !this.oracle.isPaused);
      this.expect(isRight, 'P9', `write to answer ${!(answer === true)}`, () => String(answer));
    } else {
      this.expect(typeof answer === 'boolean', 'P9', 'write to answer true or false', () => String(answer));
    }
  }

  writeThrew(error: unknown, before: { readonly isOver: boolean; readonly mayThrow: boolean }): void {
    const isRight = before.mayThrow && (codeOf(error) === 'ERR_PIPE_STATE' || !this.#hasCodes);
    this.expect(isRight, 'P14', 'a write to throw nothing but ERR_PIPE_STATE after end()', () =>
      showError(error),
    );
  }

  // ── What the consumer is answered ───────────────────────────────────────────────────────────────────

  startRead(text: string, model: OracleCall, iteration: Iteration | null): ReadCall {
    const entry = model.isTaking ? this.ledger.open() : -1;
    const { min, max } = model;
    const call: ReadCall = {
      text,
      model,
      iteration,
      entry,
      min,
      max,
      abortReason: null,
      isTooLateToAbort: false,
      wasUnderWay: false,
    };
    this.#reads.add(call);
    if (iteration !== null) this.#iterations.add(iteration);
    return call;
  }

  startOther(call: OtherCall): OtherCall {
    this.#others.add(call);
    return call;
  }

  settledOther(call: OtherCall): void {
    this.#others.delete(call);
  }

  settledRead(call: ReadCall, outcome: Outcome): void {
    for (const other of this.#reads) {
      if (other === call) break;
      const isInOrder = other.iteration === null || other.iteration !== call.iteration;
      this.expect(
        isInOrder,
        'P7',
        `${other.text} to settle before the later ${call.text}`,
        () => 'the later one first',
      );
    }
    this.#reads.delete(call);
    this.#judgeOutcome(call, outcome);
    this.#compareWithModel(call, outcome);
  }

  #judgeOutcome(call: ReadCall, outcome: Outcome): void {
    if (outcome.kind !== 'bytes' && call.entry >= 0) this.ledger.close(call.entry);
    if (outcome.kind === 'bytes') this.#judgeBytes(call, outcome.bytes);
    else if (outcome.kind === 'end') this.#judgeEnd(call);
    else this.#judgeError(call, outcome.error);
    if (outcome.kind !== 'bytes' && call.iteration !== null && !this.#isRefusal(outcome))
      call.iteration.isDone = true;
  }

  #judgeBytes(call: ReadCall, bytes: Uint8Array): void {
    const { min, max, entry } = call;
    const law = call.iteration === null ? 'P16' : 'P1';
    if (!this.expect(bytes.length > 0, 'P8', 'no empty chunk', () => `${call.text} gave one`)) return;
    this.expect(bytes.length <= max, law, `at most ${max} bytes`, () => `${bytes.length} from ${call.text}`);
    const isLongEnough = bytes.length >= min || this.oracle.state !== 'open';
    this.expect(
      isLongEnough,
      law,
      `at least ${min} bytes while the pipe is open`,
      () => `${bytes.length} from ${call.text}`,
    );
    if (call.iteration?.isDone === true && !call.wasUnderWay) {
      this.expect(false, 'P2', `nothing after the end from ${call.text}`, () => `${bytes.length} bytes`);
    }
    this.#recordBytes(entry, bytes, call.text);
  }

  /** Bytes that were taken or lent by any call. A lent view is checked for content and position only. */
  #recordBytes(entry: number, bytes: Uint8Array, text: string): void {
    if (entry >= 0) {
      const problem = this.ledger.record(entry, bytes, this.oracle.back);
      this.expect(
        problem === null,
        'P1',
        'accepted bytes, in order, each once',
        () => `${problem ?? ''} (${text})`,
      );
      return;
    }
    const from = this.ledger.delivered;
    const isRight = this.ledger.hasOpen || bytes.every((byte, index) => byte === from + index);
    this.expect(
      isRight,
      'P16',
      `a view of the bytes from ${from} on`,
      () => `${[...bytes].join(' ')} (${text})`,
    );
  }

  #judgeEnd(call: ReadCall): void {
    if (call.iteration?.isDone === true) return;
    const { state } = this.oracle;
    const where = (): string => `a clean end from ${call.text}`;
    if (this.#hasFailedAfterEnd) this.expect(true, 'P4', '', where);
    this.expect(state !== 'failed', this.#terminalLaw('P3'), 'the reason of the failure', where);
    this.expect(
      state === 'ended',
      'P2',
      state === 'open' ? 'no end before end()' : 'the reason of the cancelling',
      where,
    );
    if (state === 'ended' && !this.ledger.hasOpen) this.#expectAllDelivered('P1', where);
  }

  #judgeError(call: ReadCall, error: unknown): void {
    const { answer } = call.model;
    const where = (): string => `${showError(error)} from ${call.text}`;
    if (call.abortReason !== null && error === call.abortReason.reason) {
      this.expect(
        !call.isTooLateToAbort,
        'P7',
        'a signal that fires after the answer to change nothing',
        where,
      );
      return;
    }
    const code = codeOf(error);
    if (this.#isRefusal({ kind: 'error', error })) {
      const isOwn = answer?.kind === 'code' && answer.code === code;
      if (isOwn) this.expect(true, 'P7', '', where);
      else if (!this.oracle.isSure && code !== 'ERR_PIPE_OVERFLOW') return;
      else this.expect(this.#isReason(error), 'P7', 'the call to be allowed', where);
      return;
    }
    const { state } = this.oracle;
    const isAgain = call.iteration?.hasThrown === true;
    this.expect(!isAgain, 'P2', 'one iteration to throw once', where);
    if (call.iteration !== null) call.iteration.hasThrown = true;
    if (call.iteration?.isDone === true && !isAgain && !call.wasUnderWay) {
      this.expect(false, 'P7', 'a next() that waits to be done when its iteration is left', where);
    }
    if (state === 'open') this.expect(false, 'P2', 'no terminal while the pipe is open', where);
    else if (state === 'ended') {
      this.expect(false, this.#hasFailedAfterEnd ? 'P4' : this.#terminalLaw('P2'), 'a clean end', where);
    } else {
      this.expect(
        this.#isReason(error),
        this.#terminalLaw('P2'),
        `the reason of the first terminal: ${showAnswer(this.oracle.reason)}`,
        where,
      );
      if (state === 'failed' && !this.ledger.hasOpen) this.#expectAllDelivered('P2', where);
    }
  }

  /** Where a length was declared, a wrong terminal breaks the law about that. */
  #terminalLaw(otherwise: LawId): LawId {
    const { expected } = this.oracle.limits;
    const { reason, back, state } = this.oracle;
    const isAboutLength = reason.kind === 'code' && reason.code === 'ERR_PIPE_LENGTH_MISMATCH';
    return isAboutLength || (state === 'ended' && expected === back) ? 'P15' : otherwise;
  }

  #expectAllDelivered(law: LawId, where: () => string): void {
    const { delivered } = this.ledger;
    const { back } = this.oracle;
    this.expect(
      delivered === back,
      law,
      `all ${back} accepted bytes before the terminal`,
      () => `${where()} after ${delivered}, without ${this.ledger.missing(back)}`,
    );
  }

  #isReason(error: unknown): boolean {
    return this.#matches(this.oracle.reason, error);
  }

  /** Rejects one call and changes nothing else: somebody else waits, or more is wanted than can ever fit. */
  #isRefusal(outcome: Outcome): boolean {
    if (outcome.kind !== 'error') return false;
    const code = codeOf(outcome.error);
    if (code !== 'ERR_PIPE_OVERFLOW') return code === 'ERR_PIPE_BUSY' || code === 'ERR_PIPE_LOCKED';
    return this.oracle.state === 'open' || !matches(this.oracle.reason, outcome.error);
  }

  /** An error that the pipe makes itself may be any where it does not have the contract's codes. */
  #matches(answer: Answer, error: unknown): boolean {
    return matches(answer, error) || (answer.kind === 'code' && !this.#hasCodes);
  }

  /** What was decided, against what had to be decided at the call that decided it. */
  #compareWithModel(call: ReadCall, outcome: Outcome): void {
    const { answer } = call.model;
    if (!this.oracle.isSure || !this.isOn || (call.abortReason !== null && !call.isTooLateToAbort)) return;
    if (answer === null) {
      this.#decidedLate(`${call.text} still to wait`, showOutcome(outcome));
      return;
    }
    const isRight =
      outcome.kind === 'error'
        ? matches(answer, outcome.error)
        : answer.kind === outcome.kind &&
          (outcome.kind === 'end' ||
            (answer.kind === 'bytes' &&
              outcome.bytes.length >= answer.min &&
              outcome.bytes.length <= answer.max));
    this.checks.set('P5', (this.checks.get('P5') ?? 0) + 1);
    if (!isRight)
      this.#decidedLate(
        `${call.text} to answer ${showAnswer(answer)}, as decided before`,
        showOutcome(outcome),
      );
  }

  #decidedLate(expected: string, got: string): void {
    this.oracle.isSure = false;
    if (this.isOn) this.#late ??= { law: 'P5', expected, got };
  }

  /** The iteration is left: by `return()`, or by `throw()` with a reason. */
  left(iteration: Iteration, reason: Answer): void {
    iteration.isDone = true;
    for (const call of this.#reads) if (call.iteration === iteration) call.wasUnderWay = true;
    this.oracle.leave(iteration.model, reason);
  }

  /** The signal of one call fires. */
  aborted(call: ReadCall, reason: unknown): void {
    if (!this.#reads.has(call) || call.abortReason !== null) return;
    this.#hasAborted = true;
    call.abortReason = { reason };
    call.isTooLateToAbort = this.oracle.isSure && call.model.answer !== null;
    this.oracle.abandon(call.model, reason);
  }

  // ── Answers without a promise ───────────────────────────────────────────────────────────────────────

  /** Before `tryRead` or `tryPeek`. */
  willTry(max: number, isTaking: boolean, min: number): OracleCall {
    const model = new OracleCall(min, max, isTaking, null);
    if (this.oracle.isSure) this.oracle.readNow(model);
    return model;
  }

  /** `null`: it would have to wait. */
  tried(text: string, model: OracleCall, outcome: Outcome | null): void {
    if (outcome === null) {
      const mayWait = model.answer === null;
      const { state, readable } = this.oracle;
      this.expect(
        mayWait,
        'P16',
        `an answer from ${text}, with bytes or an end there`,
        () => `undefined, and ${readable} bytes in a pipe that is ${state}`,
      );
      return;
    }
    const call = this.startRead(text, model, null);
    this.#reads.delete(call);
    this.#judgeOutcome(call, outcome);
    const mayAnswer = !this.oracle.isSure || model.answer !== null;
    this.expect(mayAnswer, 'P16', `${text} to answer undefined while it would have to wait`, () =>
      showOutcome(outcome),
    );
    this.#compareWithModel(call, outcome);
  }

  /** Before `consume`, when it is allowed. */
  willConsume(count: number): void {
    if (this.oracle.isSure) this.oracle.consume(count);
  }

  /** Bytes used up of a lent view. */
  consumed(bytes: Uint8Array): void {
    this.#recordBytes(this.ledger.open(), bytes, 'consume');
  }

  /** Accepted bytes that the consumer has not got. */
  get unread(): number {
    return this.oracle.back - this.ledger.delivered;
  }

  /** Where a pipe has no figures, what was delivered is all there is to know. */
  follow(): void {
    this.oracle.follow(this.unread);
  }

  // ── Figures, hooks and quiet moments ────────────────────────────────────────────────────────────────

  /** Reads the pipe's figures after a call, or in a hook, where they must be right already [P12]. */
  pin(size: number, desiredSize: number | null, isInHook: boolean): void {
    if (!this.isOn || (isInHook && this.#claims?.includes('P12') === false)) return;
    const { oracle } = this;
    if (!oracle.isSure) {
      oracle.follow(size);
      return;
    }
    const law = isInHook ? 'P12' : 'P5';
    this.checks.set(law, (this.checks.get(law) ?? 0) + 1);
    const problem = oracle.pin(size, isInHook);
    if (isInHook) {
      if (problem === null && oracle.isSure && oracle.state !== 'open' && desiredSize !== null) {
        const expected = 'a desiredSize of null in the hook once writing is over';
        this.#suspect ??= { law, expected, got: String(desiredSize) };
        return;
      }
      if (problem !== null) this.#suspect ??= { law, expected: `${problem} in the hook`, got: String(size) };
    } else if (this.#suspect !== null) {
      // Right now and wrong in the hook: the hook ran too early. Still wrong: that is not about hooks, unless the
      // hook has acted on what it was shown.
      const isOfHook = problem === null || (this.#hasActed && oracle.state !== 'cancelled');
      if (isOfHook) this.violation ??= this.#suspect;
      this.#suspect = null;
    }
    if (problem !== null) {
      if (isInHook) return;
      if (oracle.state === 'cancelled' && size > 0)
        this.expect(false, 'P13', 'no bytes kept after cancelling', () => `a size of ${size}`);
      else this.#decidedLate(problem, `a size of ${size}`);
      return;
    }
    if (!this.isOn || !oracle.isSure) return;
    if (oracle.state !== 'open') {
      this.expect(desiredSize === null, 'P9', 'a desiredSize of null once writing is over', () =>
        String(desiredSize),
      );
      return;
    }
    if (
      !this.expect(typeof desiredSize === 'number', 'P9', 'a desiredSize while the pipe is open', () =>
        String(desiredSize),
      )
    )
      return;
    const cost = oracle.limits.high - Number(desiredSize);
    const most = this.#amplification * (oracle.readable + oracle.viewed) + COST_ALLOWANCE_BYTES;
    this.expect(
      cost >= oracle.readable && cost <= most,
      'P10',
      `a cost of ${oracle.readable} to ${most}`,
      () => String(cost),
    );
    oracle.weigh(cost, this.#isToldPaused);
  }

  /** After the outermost call: the source was told what the marks ask for. */
  expectTold(): void {
    if (!this.isOn || !this.oracle.isSure || this.#hasHookThrown) return;
    const { state, isPaused } = this.oracle;
    if (state === 'open') {
      this.expect(
        this.#isToldPaused === isPaused,
        'P11',
        isPaused ? 'pause to have been called' : 'resume to have been called',
        () => (this.#isToldPaused ? 'pause last' : 'no pause that still holds'),
      );
    }
    this.#expectToldOnce();
  }

  #expectToldOnce(): void {
    const wanted = this.oracle.toldCancel === null ? 0 : 1;
    this.expect(
      this.#told.length === wanted,
      'P13',
      `cancel to be told ${wanted} times`,
      () => `${this.#told.length} times`,
    );
  }

  /** Runs what a hook does. */
  withinHook(action: () => void): void {
    this.#hooksUnderWay += 1;
    this.#hasActed = this.#suspect !== null;
    try {
      action();
    } finally {
      this.#hooksUnderWay -= 1;
    }
  }

  hookCalled(hook: HookName, reason: unknown): void {
    if (hook === 'cancel') {
      this.#told.push(reason);
      const { toldCancel, state } = this.oracle;
      this.expect(this.#told.length === 1, 'P13', 'the source to be told once', () => 'told again');
      if (toldCancel === null) {
        this.expect(
          this.#hasHookThrown || !this.oracle.isSure,
          'P13',
          `nobody to be told in a pipe that is ${state}`,
          () => showError(reason),
        );
      } else {
        this.expect(this.#matches(toldCancel, reason), 'P13', `the reason ${showAnswer(toldCancel)}`, () =>
          showError(reason),
        );
      }
      return;
    }
    const isPause = hook === 'pause';
    this.expect(
      this.#isToldPaused !== isPause,
      'P11',
      'pause and resume to alternate',
      () => `${hook} twice`,
    );
    this.expect(!this.#hasHookThrown, 'P12', 'a source that threw to be left alone', () => `${hook} called`);
    this.#isToldPaused = isPause;
  }

  /** A throwing `pause` or `resume` fails the pipe; what the source is told then is left open. */
  hookThrew(hook: HookName): void {
    if (hook !== 'cancel') this.#hasHookThrown = true;
  }

  get isToldPaused(): boolean {
    return this.#isToldPaused;
  }

  /** No microtask is left: whatever can be settled must have been [P6], and nothing may have been skipped [P1]. */
  quiet(size: number): void {
    if (!this.isOn) return;
    const { state, back, isSure } = this.oracle;
    const remaining = back - this.ledger.delivered;
    const lossLaw = this.#hasAborted ? 'P7' : 'P1';
    let isHead = true;
    for (const call of this.#reads) {
      // It waits because its bytes are gone: that is a loss, and no wake-up is missing.
      const isLost = this.#hasFigures && state === 'open' && size < call.min && remaining >= call.min;
      this.expect(
        !isLost || !isHead,
        lossLaw,
        `${remaining} accepted bytes to be there for ${call.text}`,
        () => `a size of ${size}`,
      );
      const isAnswerable = state !== 'open' || (isHead && remaining >= call.min);
      const isDue =
        call.abortReason !== null ||
        call.iteration?.isDone === true ||
        isAnswerable ||
        (isSure && call.model.answer !== null);
      this.expect(
        !isDue,
        'P6',
        `${call.text} to be settled`,
        () => `pending, with ${remaining} bytes in a pipe that is ${state}`,
      );
      isHead = false;
    }
    for (const call of this.#others) {
      this.expect(
        !call.isDue(),
        'P6',
        `${call.text} to be settled`,
        () => `pending in a pipe that is ${state}`,
      );
    }
    if (!this.#hasFigures && !this.#hasHookThrown) this.#expectToldOnce();
    if (this.isOn && this.#reads.size === 0) {
      const isSettled = state === 'cancelled' || size === remaining;
      const mayPredict = this.#late === null && !this.#mayDecideLate;
      if (!isSure && mayPredict && isSettled) this.#predictAgain();
      const { gap } = this.ledger;
      this.expect(gap < 0, lossLaw, 'no gap in what was delivered', () => `byte ${gap} skipped`);
    }
  }

  /** What the oracle could not know has been seen by now. */
  #predictAgain(): void {
    this.oracle.resume(this.#isToldPaused);
    for (const iteration of this.#iterations) iteration.model.isDone = iteration.isDone;
  }

  /** The runtime reports a promise that rejected with nobody to see it. */
  sawRejection(reason: unknown): void {
    this.expect(false, 'P14', 'no promise to reject unseen', () => showError(reason));
  }

  /** The end of the schedule, everything settled. */
  finish(summary: PipeSummary | null, hookError: unknown): void {
    if (!this.isOn) return;
    this.expect(true, 'P14', '', () => '');
    if (!this.#hasSummary) return;
    const { state, reason, back } = this.oracle;
    if (!this.expect(summary !== null, 'P6', 'closed to be settled', () => 'pending') || summary === null)
      return;
    const law = this.#hasFailedAfterEnd && state === 'ended' ? 'P4' : 'P2';
    this.expect(summary.outcome === state, law, `the outcome ${state}`, () => summary.outcome);
    const isReason = state === 'ended' ? summary.reason === undefined : matches(reason, summary.reason);
    this.expect(isReason, 'P2', `the reason ${showAnswer(reason)} in the summary`, () =>
      showError(summary.reason),
    );
    const { delivered } = this.ledger;
    const figures = `${summary.written} written, ${summary.delivered} delivered, ${summary.discarded} discarded`;
    const isRight =
      summary.written === back && summary.delivered === delivered && summary.discarded === back - delivered;
    this.expect(
      isRight,
      'P1',
      `${back} written, ${delivered} delivered, ${back - delivered} discarded in the summary`,
      () => figures,
    );
    if (hookError !== undefined) {
      this.expect(summary.hookError === hookError, 'P12', 'what the cancel hook threw in the summary', () =>
        showError(summary.hookError),
      );
    }
  }
}

export function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

export function showError(error: unknown): string {
  const code = codeOf(error);
  if (typeof code === 'string') return code;
  return error instanceof Error ? `${error.name}: ${error.message}` : `${typeof error} ${String(error)}`;
}

function matches(answer: Answer, error: unknown): boolean {
  if (answer.kind === 'reason') return Object.is(answer.reason, error);
  return answer.kind === 'code' && codeOf(error) === answer.code;
}

function showAnswer(answer: Answer): string {
  switch (answer.kind) {
    case 'bytes':
      return answer.min === answer.max ? `${answer.min} bytes` : `${answer.min} to ${answer.max} bytes`;
    case 'end':
      return 'the end';
    case 'reason':
      return showError(answer.reason);
    case 'code':
    default:
      return answer.code;
  }
}

function showOutcome(outcome: Outcome): string {
  if (outcome.kind === 'bytes') return `${outcome.bytes.length} bytes`;
  return outcome.kind === 'end' ? 'the end' : showError(outcome.error);
}
