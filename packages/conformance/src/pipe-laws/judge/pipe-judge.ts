import type { PipeSummary } from '@millrace/core';
import type { LawId } from '../../laws.ts';
import type { OracleLimits } from '../../oracle.ts';
import { PipeOracle } from '../../oracle.ts';
import type { PipeSubject } from '../pipe-subject.ts';
import { DeliveryLedger } from './delivery-ledger.ts';
import { FiguresJudge } from './figures-judge.ts';
import { Findings } from './findings.ts';
import type { PipeViolation } from './findings.ts';
import { leewayOf } from './leeway.ts';
import type { Leeway } from './leeway.ts';
import { isPredicted, showAnswer, showError } from './outcome.ts';
import { ReadingJudge } from './reading-judge.ts';
import { SourceJudge } from './source-judge.ts';
import { WritingJudge } from './writing-judge.ts';

/**
 * Judges one pipe in one schedule. The ledger judges what is delivered, whenever the pipe decides; the oracle
 * predicts what is decided, at the call that decides it, and the figures that follow from it:
 *
 *     writing ─▶ │ oracle, ledger │ ─▶ reading        source: what the producer is told
 *                      figures                        here:   quiet moments and the end
 */
export class PipeJudge {
  readonly oracle: PipeOracle;
  readonly ledger: DeliveryLedger = new DeliveryLedger();
  readonly findings: Findings;
  readonly source: SourceJudge;
  readonly writing: WritingJudge;
  readonly reading: ReadingJudge;
  readonly figures: FiguresJudge;
  readonly #leeway: Leeway;

  constructor(limits: OracleLimits, subject: PipeSubject) {
    const leeway = leewayOf(subject);
    const oracle = new PipeOracle(limits, leeway.hasLimit);
    const findings = new Findings(oracle, subject.claims);
    const { ledger } = this;
    const { amplification } = subject.strategy.traits;
    oracle.isSure = !leeway.mayDecideLate;
    this.oracle = oracle;
    this.findings = findings;
    this.#leeway = leeway;
    this.source = new SourceJudge(findings, oracle, leeway);
    this.writing = new WritingJudge(findings, oracle, ledger, this.source, leeway);
    this.reading = new ReadingJudge(findings, oracle, ledger, leeway);
    this.figures = new FiguresJudge(findings, oracle, ledger, this.source, amplification);
  }

  /** Judging goes on while nothing was found. */
  get isOn(): boolean {
    return this.findings.isOn;
  }

  /** What the schedule showed, all in all. */
  get verdict(): PipeViolation | null {
    return this.findings.verdict;
  }

  /** Checks that could have failed, by law. */
  get checks(): ReadonlyMap<LawId, number> {
    return this.findings.checks;
  }

  /** No microtask is left. */
  quiet(size: number): void {
    if (!this.isOn) return;
    this.reading.quiet(size);
    this.source.quiet();
    if (!this.isOn || !this.reading.isIdle) return;
    const { isSure, state } = this.oracle;
    const mayPredict = !this.findings.hasLateDecision && !this.#leeway.mayDecideLate;
    const isSettled = state === 'cancelled' || size === this.figures.unread;
    if (!isSure && mayPredict && isSettled) {
      this.oracle.resume(this.source.isToldPaused);
      this.reading.teachModel();
    }
    this.reading.expectNoGap();
  }

  /** The runtime reports a promise that rejected with nobody to see it. */
  sawRejection(reason: unknown): void {
    this.findings.expect(false, 'P14', 'no promise to reject unseen', () => showError(reason));
  }

  /** The end of the schedule, everything settled. */
  finish(summary: PipeSummary | null, hookError: unknown): void {
    if (!this.isOn) return;
    this.findings.count('P14');
    if (!this.#leeway.hasSummary) return;
    this.findings.expect(summary !== null, 'P6', 'closed to be settled', () => 'pending');
    if (summary !== null) this.#judgeSummary(summary, hookError);
  }

  /** The summary tells what became of a pipe that has not shown it otherwise. */
  #settleDoubt({ outcome, written, reason }: PipeSummary): void {
    const { oracle } = this;
    if (outcome === oracle.state && written === oracle.back) return;
    const met = oracle.unseen.find((terminal) => {
      if (terminal.back !== written) return false;
      if (outcome === 'cancelled') return terminal.isBreakOff;
      return terminal.state === outcome && (outcome === 'ended' || isPredicted(terminal.reason, reason));
    });
    if (met === undefined) return;
    if (outcome === 'cancelled') oracle.hadBrokenOff(met);
    else oracle.meet(met);
    oracle.learnReason(reason);
  }

  #judgeSummary(summary: PipeSummary, hookError: unknown): void {
    const { findings } = this;
    this.#settleDoubt(summary);
    const { state, reason, back, hasFailedAfterEnd } = this.oracle;
    const law = hasFailedAfterEnd && state === 'ended' ? 'P4' : 'P2';
    findings.expect(summary.outcome === state, law, `the outcome ${state}`, () => summary.outcome);
    const isReason = state === 'ended' ? summary.reason === undefined : isPredicted(reason, summary.reason);
    findings.expect(isReason, 'P2', `the reason ${showAnswer(reason)} in the summary`, () =>
      showError(summary.reason),
    );
    const { delivered } = this.ledger;
    const { unread } = this.figures;
    const isRight =
      summary.written === back && summary.delivered === delivered && summary.discarded === unread;
    findings.expect(
      isRight,
      'P1',
      `${back} written, ${delivered} delivered, ${unread} discarded in the summary`,
      () => `${summary.written} written, ${summary.delivered} delivered, ${summary.discarded} discarded`,
    );
    if (hookError === undefined) return;
    findings.expect(summary.hookError === hookError, 'P12', 'what the cancel hook threw in the summary', () =>
      showError(summary.hookError),
    );
  }
}
