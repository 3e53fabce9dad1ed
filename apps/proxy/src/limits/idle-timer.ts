/** Calls back once when nothing has moved for a time. */
export class IdleTimer {
  #timer: NodeJS.Timeout | undefined;

  /** @param idleTimeoutMs From now on, and from each move; 0: for ever. */
  constructor(idleTimeoutMs: number, onIdle: () => void) {
    if (idleTimeoutMs === 0) return;
    this.#timer = setTimeout(() => {
      this.stop();
      onIdle();
    }, idleTimeoutMs).unref();
  }

  /** Something has moved. */
  moved(): void {
    this.#timer?.refresh();
  }

  /** Nothing is waited for any more. */
  stop(): void {
    clearTimeout(this.#timer);
    // One that is cleared would start again when it is refreshed.
    this.#timer = undefined;
  }
}
