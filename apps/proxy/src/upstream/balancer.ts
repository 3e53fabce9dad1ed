/** One server that may be chosen. */
export interface Candidate {
  readonly weight: number;
  /** Exchanges under way. */
  readonly open: number;
}

export type Balance = 'round-robin' | 'least-open';

/**
 * Chooses among servers. Round robin is the smooth kind: with weights 5, 1, 1 the turns go a a b a c a a, never a
 * run of five.
 *
 *     turn        credit of a  b  c      chosen (credit − sum of all)
 *       1                   5  1  1      a → −2
 *       2                   3  2  2      a → −4
 *       3                   1  3  3      b → −4
 *       …  each gains its weight, the richest is chosen
 *
 * Credits of the candidates add up to 0 after every choice while the candidates stay the same.
 */
export class Balancer<T extends Candidate> {
  readonly #balance: Balance;
  readonly #credits = new Map<T, number>();

  constructor(balance: Balance) {
    this.#balance = balance;
  }

  /** `undefined` when there are none. The same objects stand for the same servers. */
  choose(candidates: readonly T[]): T | undefined {
    return this.#nextInTurn(this.#balance === 'least-open' ? leastOpen(candidates) : candidates);
  }

  #nextInTurn(candidates: readonly T[]): T | undefined {
    let total = 0;
    let richest: T | undefined;
    for (const candidate of candidates) {
      total += candidate.weight;
      this.#credits.set(candidate, this.#creditOf(candidate) + candidate.weight);
      if (richest === undefined || this.#creditOf(candidate) > this.#creditOf(richest)) richest = candidate;
    }
    if (richest !== undefined) this.#credits.set(richest, this.#creditOf(richest) - total);
    return richest;
  }

  #creditOf(candidate: T): number {
    return this.#credits.get(candidate) ?? 0;
  }
}

/** Those with the fewest exchanges for their weight, counting the one to come. */
function leastOpen<T extends Candidate>(candidates: readonly T[]): T[] {
  const load = ({ open, weight }: T): number => (open + 1) / weight;
  const least = Math.min(...candidates.map(load));
  return candidates.filter((candidate) => load(candidate) === least);
}
