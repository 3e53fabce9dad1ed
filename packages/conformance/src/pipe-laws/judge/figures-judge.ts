import type { PipeOracle } from '../../oracle.ts';
import type { DeliveryLedger } from './delivery-ledger.ts';
import type { Findings } from './findings.ts';
import type { SourceJudge } from './source-judge.ts';

/** S5's constant, which cost may have beyond the amplification [P10]. */
const COST_ALLOWANCE_BYTES = 16_384;

/**
 * Judges `size` and `desiredSize`, which show what the pipe has decided: right after each call [P5], and in a hook,
 * where they must be right already [P12].
 */
export class FiguresJudge {
  readonly #findings: Findings;
  readonly #oracle: PipeOracle;
  readonly #ledger: DeliveryLedger;
  readonly #source: SourceJudge;
  readonly #amplification: number;

  constructor(
    findings: Findings,
    oracle: PipeOracle,
    ledger: DeliveryLedger,
    source: SourceJudge,
    amplification: number,
  ) {
    this.#findings = findings;
    this.#oracle = oracle;
    this.#ledger = ledger;
    this.#source = source;
    this.#amplification = amplification;
  }

  /** Accepted bytes that the consumer has not got. */
  get unread(): number {
    return this.#oracle.back - this.#ledger.delivered;
  }

  /** Where a pipe has no figures, what was delivered is all there is to know. */
  followDelivery(): void {
    this.#oracle.follow(this.unread);
  }

  /** The figures after a call. */
  afterCall(size: number, desiredSize: number | null): void {
    if (!this.#isJudging(size)) return;
    this.#findings.count('P5');
    const { state } = this.#oracle;
    const problem = this.#oracle.pin(size, false);
    this.#findings.settleSuspect(problem === null);
    if (problem === null) this.#judgeDesiredSize(desiredSize);
    else if (state === 'cancelled' && size > 0)
      this.#findings.expect(false, 'P13', 'no bytes kept after cancelling', () => `a size of ${size}`);
    else this.#findings.decidedLate(problem, `a size of ${size}`);
  }

  /** The figures that a hook is shown. */
  inHook(size: number, desiredSize: number | null): void {
    if (!this.#findings.isClaimed('P12') || !this.#isJudging(size)) return;
    this.#findings.count('P12');
    const problem = this.#oracle.pin(size, true);
    if (problem !== null) this.#findings.suspect(`${problem} in the hook`, String(size));
    else if (this.#oracle.state === 'open') this.#judgeDesiredSize(desiredSize);
    else if (this.#oracle.isSure && desiredSize !== null)
      this.#findings.suspect('a desiredSize of null in the hook once writing is over', String(desiredSize));
  }

  #isJudging(size: number): boolean {
    if (!this.#findings.isOn) return false;
    if (!this.#oracle.isSure) this.#oracle.follow(size);
    return this.#oracle.isSure;
  }

  #judgeDesiredSize(desiredSize: number | null): void {
    const oracle = this.#oracle;
    const findings = this.#findings;
    if (!findings.isOn || !oracle.isSure) return;
    const got = (): string => String(desiredSize);
    if (oracle.state !== 'open') {
      const law = oracle.state === 'cancelled' ? 'P13' : 'P9';
      findings.expect(desiredSize === null, law, 'a desiredSize of null once writing is over', got);
      return;
    }
    const isNumber = typeof desiredSize === 'number';
    if (!findings.expect(isNumber, 'P9', 'a desiredSize while the pipe is open', got)) return;
    const cost = oracle.limits.high - Number(desiredSize);
    const most = this.#amplification * (oracle.readable + oracle.viewed) + COST_ALLOWANCE_BYTES;
    const isBounded = cost >= oracle.readable && cost <= most;
    findings.expect(isBounded, 'P10', `a cost of ${oracle.readable} to ${most}`, () => String(cost));
    oracle.weigh(cost, this.#source.isToldPaused);
  }
}
