/** A small, fast generator (mulberry32): equal seeds give equal runs on every engine. */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** An integer in `[0, bound)`. */
  below(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * bound);
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.below(choices.length)];
    if (choice === undefined) throw new Error('There is nothing to pick from');
    return choice;
  }

  /** True once in `odds` times on average. */
  oneIn(odds: number): boolean {
    return this.below(odds) === 0;
  }

  /** A generator of its own for one purpose, so that drawing more elsewhere does not move it. */
  fork(salt: number): SeededRandom {
    return new SeededRandom(Math.imul(this.#state ^ salt, 0x9e3779b1));
  }
}
