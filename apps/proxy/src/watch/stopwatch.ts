/** Adds up the time that something was going on. */
export class Stopwatch {
  readonly #now: () => number;
  #doneMs = 0;
  #sinceMs: number | undefined;

  /** @param now Milliseconds that never go back. Asked only while it runs, and when that changes. */
  constructor(now: () => number) {
    this.#now = now;
  }

  get isRunning(): boolean {
    return this.#sinceMs !== undefined;
  }

  get totalMs(): number {
    return this.#sinceMs === undefined ? this.#doneMs : this.#doneMs + (this.#now() - this.#sinceMs);
  }

  /** Starts or stops; does nothing when it is so already. */
  set(isRunning: boolean): void {
    if (isRunning === this.isRunning) return;
    this.#doneMs = this.totalMs;
    this.#sinceMs = isRunning ? this.#now() : undefined;
  }
}
