/**
 * A limit is looked at so many times. A machine that slept, or a process that was stopped, comes back to one look
 * that is late, and not to a limit that has passed.
 */
export const LOOKS_PER_LIMIT = 4;

/** Tells from a count that grows with every step, looked at now and then, when there was no step for the limit. */
export class Silence {
  #seen: number | undefined;
  #looks = 0;

  /** `true` once for each silence: at the look with which the limit is over. */
  isOver(count: number): boolean {
    this.#looks = count === this.#seen ? this.#looks + 1 : 0;
    this.#seen = count;
    return this.#looks === LOOKS_PER_LIMIT;
  }
}
