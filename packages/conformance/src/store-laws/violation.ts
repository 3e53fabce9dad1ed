import type { LawId } from '../laws.ts';

/** What a check saw: the law it belongs to, what had to be, and what was. */
export interface Violation {
  readonly law: LawId;
  /** Index of the call after which it was seen. */
  readonly step: number;
  readonly expected: string;
  readonly got: string;
}

/** Thrown by a check to end the run; the runner catches it. */
export class ViolationFound extends Error {
  override readonly name = 'ViolationFound';
  readonly violation: Violation;

  constructor(violation: Violation) {
    super(`[${violation.law}] expected ${violation.expected}, got ${violation.got}`);
    this.violation = violation;
  }
}
