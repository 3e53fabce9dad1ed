import type { PipeOracle } from '../../oracle.ts';
import type { DeliveryLedger } from './delivery-ledger.ts';
import type { Findings } from './findings.ts';
import type { Leeway } from './leeway.ts';
import { codeOf, showError } from './outcome.ts';
import type { SourceJudge } from './source-judge.ts';

/** What a write may do, known before it is made. */
export interface WriteBounds {
  /** Nobody will read it: the pipe is ended, failed or cancelled. */
  readonly isOver: boolean;
  readonly mayThrow: boolean;
}

/** Judges what a write answers [P9], refuses [P10, P15] and throws [P14]. */
export class WritingJudge {
  readonly #findings: Findings;
  readonly #oracle: PipeOracle;
  readonly #ledger: DeliveryLedger;
  readonly #source: SourceJudge;
  readonly #leeway: Leeway;

  constructor(
    findings: Findings,
    oracle: PipeOracle,
    ledger: DeliveryLedger,
    source: SourceJudge,
    leeway: Leeway,
  ) {
    this.#findings = findings;
    this.#oracle = oracle;
    this.#ledger = ledger;
    this.#source = source;
    this.#leeway = leeway;
  }

  /** Before the call: what it may do, and the model moved on. */
  willWrite(length: number): WriteBounds {
    const oracle = this.#oracle;
    const { hasFigures, hasLimit } = this.#leeway;
    // Whether a pipe that decides late is paused is what it has told.
    if (!oracle.isSure) oracle.isPaused = this.#source.isToldPaused;
    const isOver = oracle.state !== 'open';
    const mayThrow =
      oracle.state === 'ended' || oracle.unseen.find(({ state }) => state === 'ended') !== undefined;
    if (!hasLimit && length > 0 && this.#source.isToldToStop) oracle.mayBreakOff();
    oracle.write(length, !hasFigures && this.#ledger.hasOpen);
    return { isOver, mayThrow };
  }

  /** Right after a write, from a pipe with figures: whether it has broken off there is no doubt any more. */
  settleDoubt(desiredSize: number | null): void {
    const oracle = this.#oracle;
    if (!oracle.isSure || !this.#leeway.hasFigures || oracle.state !== 'open') return;
    const met = oracle.unseen.find(({ isBreakOff }) => isBreakOff);
    if (met !== undefined && desiredSize === null) oracle.meet(met);
    else oracle.unseen.clear();
  }

  /** Right after a write that passed a limit: it must not have been taken. */
  expectRefused(answer: unknown, desiredSize: number | null, { isOver }: WriteBounds): void {
    const { state, reason } = this.#oracle;
    if (isOver || state !== 'failed' || reason.kind !== 'code') return;
    const law = reason.code === 'ERR_PIPE_LENGTH_MISMATCH' ? 'P15' : 'P10';
    const isRefused = answer === false && desiredSize === null;
    this.#findings.expect(isRefused, law, `a write to fail the pipe with ${reason.code}`, () => 'it went on');
  }

  wrote(answer: unknown, { isOver }: WriteBounds): void {
    const got = (): string => String(answer);
    this.#source.answeredWrite(answer);
    if (answer === true && this.#findings.isClaimed('P9')) this.#oracle.unseen.clear();
    if (isOver) {
      this.#findings.expect(answer === false, 'P9', 'false from a write that nobody will read', got);
    } else if (this.#oracle.isSure) {
      const isRight = answer === (this.#oracle.state === 'open' && !this.#oracle.isPaused);
      this.#findings.expect(isRight, 'P9', `write to answer ${!(answer === true)}`, got);
    } else {
      this.#findings.expect(typeof answer === 'boolean', 'P9', 'write to answer true or false', got);
    }
  }

  threw(error: unknown, { mayThrow }: WriteBounds): void {
    const isRight = mayThrow && (codeOf(error) === 'ERR_PIPE_STATE' || !this.#leeway.hasCodes);
    this.#findings.expect(isRight, 'P14', 'a write to throw nothing but ERR_PIPE_STATE after end()', () =>
      showError(error),
    );
  }
}
