import { byteCount } from '../../byte-count.ts';
import type { Answer, OracleCall, PipeOracle } from '../../oracle.ts';
import { AnswerJudge } from './answer-judge.ts';
import type { Iteration, OtherCall, ReadCall } from './calls.ts';
import type { DeliveryLedger } from './delivery-ledger.ts';
import type { Findings } from './findings.ts';
import type { Leeway } from './leeway.ts';
import { showOutcome } from './outcome.ts';
import type { Outcome } from './outcome.ts';

/** Follows the calls that wait: from their start, over signals and leaving, to their answer or the next quiet moment. */
export class ReadingJudge {
  readonly #findings: Findings;
  readonly #oracle: PipeOracle;
  readonly #ledger: DeliveryLedger;
  readonly #leeway: Leeway;
  readonly #answers: AnswerJudge;
  readonly #reads = new Set<ReadCall>();
  readonly #others = new Set<OtherCall>();
  readonly #iterations = new Set<Iteration>();
  #hasAborted = false;

  constructor(findings: Findings, oracle: PipeOracle, ledger: DeliveryLedger, leeway: Leeway) {
    this.#findings = findings;
    this.#oracle = oracle;
    this.#ledger = ledger;
    this.#leeway = leeway;
    this.#answers = new AnswerJudge(findings, oracle, ledger, leeway);
  }

  /** The calls that wait and must wait, in call order. */
  get waiting(): readonly string[] {
    return [...this.#reads].filter(({ model }) => model.answer === null).map(({ text }) => text);
  }

  // ── Calls that answer a promise ─────────────────────────────────────────────────────────────────────

  /** A call is made; the model has its answer, or parks it. */
  started(text: string, model: OracleCall, iteration: Iteration | null): ReadCall {
    const call = this.#enter(text, model, iteration);
    this.#reads.add(call);
    if (iteration !== null) this.#iterations.add(iteration);
    this.#oracle.read(model);
    return call;
  }

  settled(call: ReadCall, outcome: Outcome): void {
    for (const other of this.#reads) {
      if (other === call) break;
      const isInOrder = other.iteration === null || other.iteration !== call.iteration;
      const expected = `${other.text} to settle before the later ${call.text}`;
      this.#findings.expect(isInOrder, 'P7', expected, () => 'the later one first');
    }
    this.#reads.delete(call);
    this.#answers.judge(call, outcome);
  }

  /** Whether a call is still to be answered. */
  isUnderWay(call: ReadCall): boolean {
    return this.#reads.has(call);
  }

  startedOther(call: OtherCall): OtherCall {
    this.#others.add(call);
    return call;
  }

  settledOther(call: OtherCall): void {
    this.#others.delete(call);
  }

  /** The iteration is left: by `return()`, or by `throw()` with a reason. */
  left(iteration: Iteration, reason: Answer, mustCancel: boolean = true): void {
    iteration.isDone = true;
    for (const call of this.#reads) if (call.iteration === iteration) call.wasUnderWay = true;
    if (this.#oracle.leave(iteration.model) && mustCancel) this.cancelled(reason);
  }

  /** The reader leaves. */
  cancelled(reason: Answer): void {
    this.#oracle.cancel(reason, this.#isBlind);
  }

  /** Calls are under way that may have taken what is there, and no figure says so. */
  get #isBlind(): boolean {
    return !this.#leeway.hasFigures && this.#ledger.hasOpen;
  }

  /** The signal of one call fires. */
  aborted(call: ReadCall, reason: unknown): void {
    if (!this.#reads.has(call) || call.abortReason !== null) return;
    this.#hasAborted = true;
    call.abortReason = { reason };
    call.isTooLateToAbort = this.#oracle.isSure && call.model.answer !== null;
    this.#oracle.abandon(call.model, reason);
  }

  #enter(text: string, model: OracleCall, iteration: Iteration | null): ReadCall {
    const entry = model.isTaking ? this.#ledger.open() : -1;
    return {
      text,
      model,
      iteration,
      entry,
      abortReason: null,
      isTooLateToAbort: false,
      wasUnderWay: false,
    };
  }

  // ── Answers without a promise ───────────────────────────────────────────────────────────────────────

  /** Before `tryRead` or `tryPeek`. */
  willTry(model: OracleCall): void {
    if (this.#oracle.isSure) this.#oracle.readNow(model);
  }

  /** `null`: it would have to wait. */
  tried(text: string, model: OracleCall, outcome: Outcome | null): void {
    if (outcome === null) {
      const { state, readable } = this.#oracle;
      const got = (): string => `undefined, and ${byteCount(readable)} in a pipe that is ${state}`;
      const expected = `an answer from ${text}, with bytes or an end there`;
      this.#findings.expect(model.answer === null, 'P16', expected, got);
      return;
    }
    const mayAnswer = !this.#oracle.isSure || model.answer !== null;
    this.#answers.judge(this.#enter(text, model, null), outcome);
    this.#findings.expect(mayAnswer, 'P16', `${text} to answer undefined while it would have to wait`, () =>
      showOutcome(outcome),
    );
  }

  /** Before `consume`, when it is allowed. */
  willConsume(count: number): void {
    if (this.#oracle.isSure) this.#oracle.consume(count);
  }

  /** Bytes used up of a lent view. */
  consumed(bytes: Uint8Array): void {
    this.#answers.recordBytes(this.#ledger.open(), bytes, 'consume');
  }

  // ── Quiet moments ───────────────────────────────────────────────────────────────────────────────────

  /** No microtask is left: whatever can be settled must have been [P6], and nothing may have been skipped [P1]. */
  quiet(size: number): void {
    let isHead = true;
    for (const call of this.#reads) {
      this.#expectToWait(call, size, isHead);
      isHead = false;
    }
    const { state } = this.#oracle;
    for (const call of this.#others) {
      const got = (): string => `pending in a pipe that is ${state}`;
      this.#findings.expect(!call.isDue(), 'P6', `${call.text} to be settled`, got);
    }
  }

  #expectToWait(call: ReadCall, size: number, isHead: boolean): void {
    const { state, back, isSure } = this.#oracle;
    const { min, answer } = call.model;
    const remaining = back - this.#ledger.delivered;
    // It waits because its bytes are gone: that is a loss, and no wake-up is missing.
    const isLost = isHead && this.#leeway.hasFigures && state === 'open' && size < min && remaining >= min;
    this.#findings.expect(
      !isLost,
      this.#lossLaw,
      `${byteCount(remaining)} to be there for ${call.text}, as accepted`,
      () => `a size of ${size}`,
    );
    const isDue =
      state !== 'open' ||
      (isHead && remaining >= min) ||
      call.abortReason !== null ||
      call.iteration?.isDone === true ||
      (isSure && answer !== null);
    this.#findings.expect(
      !isDue,
      'P6',
      `${call.text} to be settled`,
      () => `pending, with ${byteCount(remaining)} in a pipe that is ${state}`,
    );
  }

  /** Nothing waits and all that could come has come. */
  get isIdle(): boolean {
    return this.#reads.size === 0;
  }

  expectNoGap(): void {
    const { gap } = this.#ledger;
    this.#findings.expect(
      gap < 0,
      this.#lossLaw,
      'no gap in what was delivered',
      () => `byte ${gap} skipped`,
    );
  }

  /** What the oracle could not know of the iterations has been seen by now. */
  teachModel(): void {
    for (const iteration of this.#iterations) iteration.model.isDone = iteration.isDone;
  }

  /** Bytes that go missing where a wait was given up went with it. */
  get #lossLaw(): 'P1' | 'P7' {
    return this.#hasAborted ? 'P7' : 'P1';
  }
}
