import type { Case } from './case.ts';
import type { LawId } from './laws.ts';
import type { Result, Status } from './result.ts';

/**
 * Laws that are known to be broken, each with its reason. A law has several cases, and what breaks it need not show in each: it is
 * kept after all when all of its cases have run and none has broken it, which the last of them, in whatever order, finds out.
 */
export class KnownFailures {
  readonly #reasons: Readonly<Partial<Record<LawId, string>>>;
  readonly #cases: readonly Case[];
  readonly #statuses = new Map<Case, Status>();

  constructor(reasons: Readonly<Partial<Record<LawId, string>>>, cases: readonly Case[]) {
    this.#reasons = reasons;
    this.#cases = cases;
  }

  /** The result of a case as it is reported. */
  reported(one: Case, result: Result): Result {
    const reason = this.#reasons[one.law];
    if (reason === undefined) return result;
    this.#statuses.set(one, result.status);
    if (result.status === 'fail')
      return { ...result, status: 'known-failure', message: `${reason} (${result.message})` };
    if (!this.#isKept(one.law)) return result;
    return {
      ...result,
      status: 'unexpected-pass',
      message: `Listed as a known failure, but it holds: ${reason}`,
    };
  }

  #isKept(law: LawId): boolean {
    const statuses = this.#cases.filter((one) => one.law === law).map((one) => this.#statuses.get(one));
    return statuses.includes('pass') && statuses.every((status) => status === 'pass' || status === 'vacuous');
  }
}
