/** Adds up the time that something was going on. Times are milliseconds of any one clock. */
export class Stopwatch {
  #doneMs = 0;
  #sinceMs: number | undefined;

  get isRunning(): boolean {
    return this.#sinceMs !== undefined;
  }

  /** Starts or stops; does nothing when it is so already. */
  set(isRunning: boolean, nowMs: number): void {
    if (isRunning === this.isRunning) return;
    if (this.#sinceMs !== undefined) this.#doneMs += nowMs - this.#sinceMs;
    this.#sinceMs = isRunning ? nowMs : undefined;
  }

  totalMs(nowMs: number): number {
    return this.#sinceMs === undefined ? this.#doneMs : this.#doneMs + (nowMs - this.#sinceMs);
  }
}
