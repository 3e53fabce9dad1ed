import { PipeError, type PipeReader, type Timers } from '@millrace/core';
import { ObservedReader, type ReaderObserver } from '../watch/observed-reader.ts';

export interface LeastRateOptions {
  /** The least rate at which bytes have to come, while somebody waits for them. */
  readonly minBytesPerSecond: number;
  /** How far a sender may fall behind that rate, in milliseconds. */
  readonly graceMs: number;
  /** The clock to go by. Default: the runtime's. */
  readonly timers?: Timers;
}

/**
 * The same body, given up when its sender is slower than a least rate. It is cancelled with `ERR_PIPE_TIMEOUT` that
 * blames the producer.
 *
 * A sender has so much patience to use up. Waiting for it costs it, each byte earns some back, and what it had at first
 * is the most that it can have, so that a burst buys no silence:
 *
 *     graceMs ─╲    ╱─────╲        falls 1 ms for each one that a call waits,
 *               ╲╱╲╱       ╲       rises 1000 ms for each `minBytesPerSecond` bytes
 *     0 ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ late
 *
 * Time in which nobody waits is not the sender's: a body whose reader is slow is never given up.
 *
 * @param closed Settles when the pipe is over, as `PipeWriter.closed`.
 */
export function withLeastRate(
  reader: PipeReader,
  closed: Promise<unknown>,
  options: LeastRateOptions,
): PipeReader {
  const rate = new LeastRate(reader, options);
  void closed.then(() => rate.stop());
  return new ObservedReader(reader, rate);
}

class LeastRate implements ReaderObserver {
  readonly #reader: PipeReader;
  readonly #minBytesPerSecond: number;
  readonly #graceMs: number;
  readonly #timers: Timers;
  #patienceMs: number;
  /** Since when a call waits. */
  #sinceMs: number | undefined;
  /** Left to run out and looked at then, so that a body that comes fast pays for a look at the clock alone. */
  #timer: unknown = undefined;
  #hasTimer = false;
  #isOver = false;

  constructor(reader: PipeReader, options: LeastRateOptions) {
    const { minBytesPerSecond, graceMs, timers = unrefTimers } = options;
    this.#reader = reader;
    this.#minBytesPerSecond = minBytesPerSecond;
    this.#graceMs = graceMs;
    this.#timers = timers;
    this.#patienceMs = graceMs;
  }

  onWaiting(isWaiting: boolean): void {
    this.#charge();
    this.#sinceMs = isWaiting ? this.#timers.now() : undefined;
    if (isWaiting) this.#arm();
  }

  onDelivered(bytes: number): void {
    const earnedMs = (bytes / this.#minBytesPerSecond) * 1000;
    this.#patienceMs = Math.min(this.#graceMs, this.#patienceMs + earnedMs);
  }

  /** Its timer would hold the body until it runs out, and the connection with that. */
  stop(): void {
    if (this.#hasTimer) this.#timers.clearTimeout(this.#timer);
    this.#hasTimer = false;
    this.#isOver = true;
  }

  /** Takes off what was waited since it was last taken off. */
  #charge(): void {
    if (this.#sinceMs === undefined) return;
    const nowMs = this.#timers.now();
    this.#patienceMs -= nowMs - this.#sinceMs;
    this.#sinceMs = nowMs;
  }

  #arm(): void {
    if (this.#hasTimer || this.#isOver) return;
    this.#hasTimer = true;
    this.#timer = this.#timers.setTimeout(() => this.#ring(), Math.max(1, Math.ceil(this.#patienceMs)));
  }

  #ring(): void {
    this.#hasTimer = false;
    if (this.#sinceMs === undefined) return;
    this.#charge();
    if (this.#patienceMs > 0) {
      this.#arm();
      return;
    }
    const message = `The producer sent less than ${this.#minBytesPerSecond} bytes a second`;
    this.#reader.cancel(new PipeError('ERR_PIPE_TIMEOUT', message, { side: 'producer' }));
  }
}

/** The runtime's, which keep no process alive. */
const unrefTimers: Timers = {
  setTimeout: (callback, delayMs) => setTimeout(callback, delayMs).unref(),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
  now: () => performance.now(),
};
