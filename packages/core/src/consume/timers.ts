/** The clock that idle limits go by; a test hands in its own. */
export interface Timers {
  setTimeout(callback: () => void, delayMs: number): unknown;
  clearTimeout(handle: unknown): void;
  /** Milliseconds from any fixed moment, never going back. */
  now(): number;
}

/** The runtime's. Where a timer can be told not to keep the process alive, it is. */
export const runtimeTimers: Timers = {
  setTimeout(callback, delayMs) {
    const handle: unknown = setTimeout(callback, delayMs);
    if (
      typeof handle === 'object' &&
      handle !== null &&
      'unref' in handle &&
      typeof handle.unref === 'function'
    ) {
      handle.unref();
    }
    return handle;
  },
  clearTimeout: (handle) => clearTimeout(handle as number),
  now: () => performance.now(),
};
