import { byteCount } from '../../byte-count.ts';
import type { LawId } from '../../laws.ts';
import type { Answer, PipeOracle } from '../../oracle.ts';
import type { UnseenTerminal } from '../../unseen-terminals.ts';
import { showChunk } from '../shown-bytes.ts';
import type { ReadCall } from './calls.ts';
import type { DeliveryLedger } from './delivery-ledger.ts';
import type { Findings } from './findings.ts';
import type { Leeway } from './leeway.ts';
import {
  codeOf,
  isAcceptable,
  isPredicted,
  showAnswer,
  showError,
  showOutcome,
  wrongFigures,
} from './outcome.ts';
import type { Outcome } from './outcome.ts';

/**
 * Judges what a call of the consumer is answered, whenever the pipe decides it: bytes by the ledger [P1], the end and
 * errors by the state of the model [P2, P3, P4, P7]; then whether it was decided when it had to be [P5].
 */
export class AnswerJudge {
  readonly #findings: Findings;
  readonly #oracle: PipeOracle;
  readonly #ledger: DeliveryLedger;
  readonly #leeway: Leeway;

  constructor(findings: Findings, oracle: PipeOracle, ledger: DeliveryLedger, leeway: Leeway) {
    this.#findings = findings;
    this.#oracle = oracle;
    this.#ledger = ledger;
    this.#leeway = leeway;
  }

  judge(call: ReadCall, outcome: Outcome): void {
    if (outcome.kind !== 'bytes' && call.entry >= 0) this.#ledger.close(call.entry);
    if (outcome.kind === 'bytes') this.#judgeBytes(call, outcome.bytes);
    else if (outcome.kind === 'end') this.#judgeEnd(call);
    else this.#judgeError(call, outcome.error);
    const isOver =
      outcome.kind === 'end' || (outcome.kind === 'error' && !this.#isRefusal(call, outcome.error));
    if (isOver && call.iteration !== null) call.iteration.isDone = true;
    this.#compareWithModel(call, outcome);
  }

  /** Bytes that were taken or lent by any call. A lent view is checked for content and position only. */
  recordBytes(entry: number, bytes: Uint8Array, text: string): void {
    if (entry >= 0) {
      const problem = this.#ledger.record(entry, bytes, this.#oracle.back);
      this.#findings.expect(
        problem === null,
        'P1',
        'accepted bytes, in order, each once',
        () => `${problem ?? ''} (${text})`,
      );
      return;
    }
    const from = this.#ledger.delivered;
    const isRight = this.#ledger.hasOpen || bytes.every((byte, index) => byte === from + index);
    this.#findings.expect(
      isRight,
      'P16',
      `a view of the bytes from offset ${from} on`,
      () => `${showChunk(bytes)} (${text})`,
    );
  }

  #judgeBytes(call: ReadCall, bytes: Uint8Array): void {
    const { min, max } = call.model;
    const got = (): string => `${byteCount(bytes.length)} from ${call.text}`;
    const law = call.iteration === null ? 'P16' : 'P1';
    if (!this.#findings.expect(bytes.length > 0, 'P8', 'no empty chunk', () => `${call.text} gave one`))
      return;
    this.#findings.expect(bytes.length <= max, law, `at most ${byteCount(max)}`, got);
    const isLongEnough =
      bytes.length >= min || this.#oracle.state !== 'open' || this.#mayBeOverAt(bytes.length) !== undefined;
    this.#findings.expect(isLongEnough, law, `at least ${byteCount(min)} while the pipe is open`, got);
    if (call.iteration?.isDone === true && !call.wasUnderWay) {
      this.#findings.expect(false, 'P2', `nothing after the end from ${call.text}`, got);
    }
    this.recordBytes(call.entry, bytes, call.text);
  }

  #judgeEnd(call: ReadCall): void {
    if (call.iteration?.isDone === true) return;
    if (this.#oracle.state !== 'ended') this.#settleDoubt(({ state: met }) => met === 'ended');
    const { state, hasFailedAfterEnd } = this.#oracle;
    const where = (): string => `a clean end from ${call.text}`;
    if (hasFailedAfterEnd) this.#findings.count('P4');
    this.#findings.expect(state !== 'failed', this.#terminalLaw('P3'), 'the reason of the failure', where);
    this.#findings.expect(
      state === 'ended',
      'P2',
      state === 'open' ? 'no end before end()' : 'the reason of the cancelling',
      where,
    );
    if (state === 'ended' && !this.#ledger.hasOpen) this.#expectAllDelivered('P1', where);
  }

  #judgeError(call: ReadCall, error: unknown): void {
    const where = (): string => `${showError(error)} from ${call.text}`;
    if (call.abortReason !== null && error === call.abortReason.reason) {
      this.#findings.expect(
        !call.isTooLateToAbort,
        'P7',
        'a signal that fires after the answer to change nothing',
        where,
      );
    } else if (this.#isRefusal(call, error)) this.#judgeRefusal(call, error, where);
    else this.#judgeTerminalError(call, error, where);
  }

  #judgeRefusal({ model: { answer } }: ReadCall, error: unknown, where: () => string): void {
    const code = codeOf(error);
    if (answer?.kind === 'code' && answer.code === code) {
      this.#findings.count('P7');
      this.#expectFigures('P7', answer, error, where);
    } else if (this.#oracle.isSure)
      this.#findings.expect(this.#isReason(error), 'P7', 'the call to be allowed', where);
  }

  #judgeTerminalError(call: ReadCall, error: unknown, where: () => string): void {
    this.#settleDoubtBy(error);
    const { state, reason, hasFailedAfterEnd } = this.#oracle;
    const { iteration } = call;
    const isAgain = iteration?.hasThrown === true;
    this.#findings.expect(!isAgain, 'P2', 'one iteration to throw once', where);
    if (iteration !== null) iteration.hasThrown = true;
    if (iteration?.isDone === true && !isAgain && !call.wasUnderWay) {
      this.#findings.expect(false, 'P7', 'next() to be done once its iteration is over', where);
    }
    if (state === 'open') this.#findings.expect(false, 'P2', 'no terminal while the pipe is open', where);
    else if (state === 'ended') {
      const law = hasFailedAfterEnd ? 'P4' : this.#terminalLaw('P2');
      this.#findings.expect(false, law, 'a clean end', where);
    } else {
      this.#findings.expect(
        this.#isReason(error),
        this.#terminalLaw('P2'),
        `the reason of the first terminal: ${showAnswer(reason)}`,
        where,
      );
      if (state === 'failed' && !this.#ledger.hasOpen) this.#expectAllDelivered('P2', where);
      this.#expectFigures(this.#terminalLaw('P10'), reason, error, where);
    }
  }

  /** The errors that have the contract's codes have the figures that belong to them. */
  #expectFigures(law: LawId, answer: Answer, error: unknown, where: () => string): void {
    if (!this.#leeway.hasCodes || answer.kind !== 'code' || answer.figures === undefined) return;
    const wrong = wrongFigures(answer, error);
    this.#findings.expect(wrong === '', law, `${wrong} in the error`, where);
  }

  /** The pipe may have broken off behind the next `length` bytes. */
  #mayBeOverAt(length: number): UnseenTerminal | undefined {
    const { hasOpen, delivered } = this.#ledger;
    return this.#oracle.unseen.find(({ back }) => hasOpen || back === delivered + length);
  }

  /** A terminal that was met unseen is seen now, where nothing else explains what came. */
  #settleDoubtBy(error: unknown): void {
    const { state, reason, back } = this.#oracle;
    const { hasOpen, delivered } = this.#ledger;
    const isForeseen = state !== 'open' && state !== 'ended' && this.#isReason(error);
    if (isForeseen && (state === 'cancelled' || hasOpen || delivered === back)) return;
    // The producer's own reason is no error that the pipe has made.
    const isProducers = isForeseen && reason.kind === 'reason';
    this.#settleDoubt(
      (met) =>
        met.state === 'failed' &&
        isAcceptable(met.reason, error, this.#leeway) &&
        !(isProducers && met.reason.kind === 'any-error'),
    );
    this.#oracle.learnReason(error);
  }

  /** While calls are under way, what they get is still to come. */
  #settleDoubt(fits: (met: UnseenTerminal) => boolean): void {
    const { hasOpen, delivered } = this.#ledger;
    const { unseen } = this.#oracle;
    const here = unseen.find((met) => met.back === delivered && fits(met));
    const met = here ?? (hasOpen ? unseen.find(fits) : undefined);
    if (met !== undefined) this.#oracle.meet(met, here === undefined);
  }

  /** Where a length was declared, a wrong terminal breaks the law about that. */
  #terminalLaw(otherwise: LawId): LawId {
    const { reason, back, state, limits } = this.#oracle;
    const isAboutLength = reason.kind === 'code' && reason.code === 'ERR_PIPE_LENGTH_MISMATCH';
    return isAboutLength || (state === 'ended' && limits.expected === back) ? 'P15' : otherwise;
  }

  #expectAllDelivered(law: LawId, where: () => string): void {
    const { delivered } = this.#ledger;
    const { back } = this.#oracle;
    this.#findings.expect(
      delivered === back,
      law,
      `${byteCount(back)}, all that were accepted, before the terminal`,
      () => `${where()} after ${byteCount(delivered)}, without ${this.#ledger.missing(back)}`,
    );
  }

  #isReason(error: unknown): boolean {
    return isAcceptable(this.#oracle.reason, error, this.#leeway);
  }

  /** Rejects one call and changes nothing else: somebody else waits, or more is wanted than can ever fit. */
  #isRefusal({ model }: ReadCall, error: unknown): boolean {
    const code = codeOf(error);
    if (code === 'ERR_PIPE_OVERFLOW') return model.min > this.#oracle.longestWait;
    return code === 'ERR_PIPE_BUSY' || code === 'ERR_PIPE_LOCKED';
  }

  /** What was decided, against what had to be decided at the call that decided it. */
  #compareWithModel(call: ReadCall, outcome: Outcome): void {
    const isAborted = call.abortReason !== null && !call.isTooLateToAbort;
    if (!this.#oracle.isSure || !this.#findings.isOn || isAborted) return;
    const { answer } = call.model;
    // Bytes, an end or an error that nothing has brought about broke another law before.
    if (answer === null) return;
    this.#findings.count('P5');
    if (fits(answer, outcome)) return;
    const expected = `${call.text} to answer ${showAnswer(answer)}, as decided before`;
    this.#findings.decidedLate(expected, showOutcome(outcome));
  }
}

function fits(answer: Answer, outcome: Outcome): boolean {
  if (outcome.kind === 'error') return isPredicted(answer, outcome.error);
  if (outcome.kind === 'end') return answer.kind === 'end';
  const { length } = outcome.bytes;
  return answer.kind === 'bytes' && length >= answer.min && length <= answer.max;
}
