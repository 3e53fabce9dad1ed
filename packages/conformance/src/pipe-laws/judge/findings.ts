import type { LawId } from '../../laws.ts';
import type { PipeOracle } from '../../oracle.ts';

/** What a schedule showed: the law, what had to be, and what was. */
export interface PipeViolation {
  readonly law: LawId;
  readonly expected: string;
  readonly got: string;
}

/**
 * What one schedule has shown so far. The first violation ends the judging, since what follows may only be its
 * consequence. Two kinds of finding wait before they count:
 *
 * - a late decision [P5] is only what can be blamed when nothing else is wrong, so the judging goes on;
 * - wrong figures in a hook [P12] are suspect until the call around the hook shows whether they stay wrong.
 */
export class Findings {
  /** Checks that could have failed, by law. */
  readonly checks: Map<LawId, number> = new Map<LawId, number>();
  readonly #oracle: PipeOracle;
  readonly #claims: readonly LawId[] | undefined;
  #violation: PipeViolation | null = null;
  #late: PipeViolation | null = null;
  #suspect: PipeViolation | null = null;
  #hooksUnderWay = 0;
  #hasHookActed = false;

  /** Laws that are not among `claims` are not judged. */
  constructor(oracle: PipeOracle, claims: readonly LawId[] | undefined) {
    this.#oracle = oracle;
    this.#claims = claims;
  }

  /** Judging goes on while nothing was found. */
  get isOn(): boolean {
    return this.#violation === null;
  }

  /** What the schedule showed, all in all. */
  get verdict(): PipeViolation | null {
    return this.#violation ?? this.#late ?? this.#suspect;
  }

  get hasLateDecision(): boolean {
    return this.#late !== null;
  }

  isClaimed(law: LawId): boolean {
    return this.#claims?.includes(law) !== false;
  }

  /** One more check that could have failed. */
  count(law: LawId): void {
    if (this.isClaimed(law)) this.checks.set(law, (this.checks.get(law) ?? 0) + 1);
  }

  expect(isRight: boolean, law: LawId, expected: string, got: () => string): boolean {
    if (!this.isClaimed(law)) return isRight;
    this.count(law);
    if (isRight) return true;
    // What goes wrong inside a hook that was shown wrong figures is their consequence.
    const cause = this.#hooksUnderWay > 0 ? this.#suspect : null;
    this.#violation ??= cause ?? { law, expected, got: got() };
    return isRight;
  }

  /** Bytes and answers that belong to no decision the oracle could foresee: it predicts no more. */
  decidedLate(expected: string, got: string): void {
    this.#oracle.isSure = false;
    if (this.isOn) this.#late ??= { law: 'P5', expected, got };
  }

  /** Figures that are wrong in a hook. */
  suspect(expected: string, got: string): void {
    this.#suspect ??= { law: 'P12', expected, got };
  }

  /**
   * The call around the hook is over. Right now and wrong in the hook: the hook ran too early. Still wrong: that is
   * not about hooks, unless the hook has acted on what it was shown.
   */
  settleSuspect(isRightNow: boolean): void {
    if (this.#suspect === null) return;
    const isOfHook = isRightNow || (this.#hasHookActed && this.#oracle.state !== 'cancelled');
    if (isOfHook) this.#violation ??= this.#suspect;
    this.#suspect = null;
  }

  /** Runs what a hook does. */
  withinHook(action: () => void): void {
    this.#hooksUnderWay += 1;
    this.#hasHookActed = this.#suspect !== null;
    try {
      action();
    } finally {
      this.#hooksUnderWay -= 1;
    }
  }
}
