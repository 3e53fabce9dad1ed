import type { PipeOracle } from '../../oracle.ts';
import type { HookName } from '../pipe-script.ts';
import type { Findings } from './findings.ts';
import type { Leeway } from './leeway.ts';
import { isAcceptable, showAnswer, showError } from './outcome.ts';

/** Judges what the source is told: pause and resume by the marks [P11], and that the consumer has left [P13]. */
export class SourceJudge {
  readonly #findings: Findings;
  readonly #oracle: PipeOracle;
  readonly #leeway: Leeway;
  #isToldPaused = false;
  #hasAnsweredToStop = false;
  #toldCancelTimes = 0;
  #hasHookThrown = false;

  constructor(findings: Findings, oracle: PipeOracle, leeway: Leeway) {
    this.#findings = findings;
    this.#oracle = oracle;
    this.#leeway = leeway;
  }

  get isToldPaused(): boolean {
    return this.#isToldPaused;
  }

  /** The producer has been told to write no more for now, in whichever way. */
  get isToldToStop(): boolean {
    return this.#isToldPaused || this.#hasAnsweredToStop;
  }

  answeredWrite(answer: unknown): void {
    this.#hasAnsweredToStop = answer === false;
  }

  /** `ready()` has said so. */
  toldToGoOn(): void {
    this.#hasAnsweredToStop = false;
  }

  /** Before the figures are looked at: a pipe that tells its source so has broken off, where it may have. */
  willBeCalled(hook: HookName, reason: unknown): void {
    const oracle = this.#oracle;
    const isForeseen = oracle.toldCancel !== null && isAcceptable(oracle.toldCancel, reason, this.#leeway);
    if (hook !== 'cancel' || isForeseen) return;
    const met = oracle.unseen.find(
      (terminal) => terminal.isBreakOff && isAcceptable(terminal.reason, reason, this.#leeway),
    );
    if (met === undefined) return;
    if (oracle.state !== 'cancelled') oracle.meet(met, true);
    oracle.learnReason(reason);
    oracle.toldCancel = { kind: 'reason', reason };
  }

  hookCalled(hook: HookName, reason: unknown): void {
    if (hook === 'cancel') this.#toldToCancel(reason);
    else this.#toldOfMark(hook === 'pause');
  }

  /** A throwing `pause` or `resume` fails the pipe; what the source is told then is left open. */
  hookThrew(hook: HookName): void {
    if (hook !== 'cancel') this.#hasHookThrown = true;
  }

  #toldToCancel(reason: unknown): void {
    this.#toldCancelTimes += 1;
    const { toldCancel } = this.#oracle;
    this.#findings.expect(
      this.#toldCancelTimes === 1,
      'P13',
      'the source to be told once',
      () => 'told again',
    );
    // Told where nobody is to be told: how often it was, which is looked at after the call, shows that too.
    if (toldCancel === null) return;
    const isRight = isAcceptable(toldCancel, reason, this.#leeway);
    this.#findings.expect(isRight, 'P13', `the reason ${showAnswer(toldCancel)}`, () => showError(reason));
  }

  #toldOfMark(isPause: boolean): void {
    const hook = isPause ? 'pause' : 'resume';
    this.#findings.expect(
      this.#isToldPaused !== isPause,
      'P11',
      'pause and resume to alternate',
      () => `${hook} twice`,
    );
    this.#findings.expect(
      !this.#hasHookThrown,
      'P12',
      'a source that threw to be left alone',
      () => `${hook} called`,
    );
    this.#isToldPaused = isPause;
    if (!isPause) this.#hasAnsweredToStop = false;
  }

  /** After the outermost call: the source was told what the marks ask for. */
  expectTold(): void {
    if (!this.#findings.isOn || !this.#oracle.isSure || this.#hasHookThrown) return;
    const { state, isPaused } = this.#oracle;
    if (state === 'open') {
      this.#findings.expect(
        this.#isToldPaused === isPaused,
        'P11',
        isPaused ? 'pause to have been called' : 'resume to have been called',
        () => (this.#isToldPaused ? 'pause last' : 'no pause that still holds'),
      );
    }
    this.#expectToldToCancel();
  }

  /** A pipe without figures has done what it does by the time nothing is left to run. */
  quiet(): void {
    if (!this.#leeway.hasFigures && !this.#hasHookThrown) this.#expectToldToCancel();
  }

  #expectToldToCancel(): void {
    const { mayTellCancel, unseen } = this.#oracle;
    if (mayTellCancel || unseen.find(({ isBreakOff }) => isBreakOff) !== undefined) return;
    const wanted = this.#oracle.toldCancel === null ? 0 : 1;
    this.#findings.expect(
      this.#toldCancelTimes === wanted,
      'P13',
      `cancel to be told ${wanted} times`,
      () => `${this.#toldCancelTimes} times`,
    );
  }
}
