import { PipeError, type PipeReader } from '@millrace/core';

export const DEFAULT_READER_TIMEOUT_MS = 300_000;

/**
 * Notices that nobody takes anything out of a full buffer, which holds a connection for as long. While a body is
 * paused its buffer can only shrink, so a reader that has not come has left its size as it was.
 *
 *     pause ──▶ watching ──(limit, size as before)──▶ late
 *                  │ ▲──(limit, size smaller)
 *     resume ◀─────┘
 *
 * A timer is made at the first pause and left to run out, so a body that stops and goes pays for a look at the clock.
 */
export class ReaderWatch {
  readonly #limitMs: number;
  readonly #onLate: (reason: PipeError) => void;
  readonly #reader: PipeReader;
  #timer: NodeJS.Timeout | undefined;
  /** When the buffer was found full, or smaller than before; `undefined` while it is not full. */
  #since: number | undefined;
  #size = 0;

  /** @param limitMs In milliseconds; 0: no limit. */
  constructor(reader: PipeReader, limitMs: number, onLate: (reason: PipeError) => void) {
    this.#reader = reader;
    this.#limitMs = limitMs;
    this.#onLate = onLate;
  }

  pause(): void {
    if (this.#limitMs === 0) return;
    this.#look();
    this.#timer ??= this.#timerFor(this.#limitMs);
  }

  resume(): void {
    this.#since = undefined;
  }

  /** The connection is no longer held. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#since = undefined;
  }

  #look(): void {
    this.#since = performance.now();
    this.#size = this.#reader.size;
  }

  #timerFor(delayMs: number): NodeJS.Timeout {
    return setTimeout(() => this.#onTimer(), delayMs).unref();
  }

  #onTimer(): void {
    this.#timer = undefined;
    if (this.#since === undefined) return;
    const leftMs = this.#since + this.#limitMs - performance.now();
    if (this.#reader.size !== this.#size) this.pause();
    else if (leftMs > 0) this.#timer = this.#timerFor(leftMs);
    else this.#onLate(lateError(this.#size, this.#limitMs));
  }
}

function lateError(size: number, limitMs: number): PipeError {
  return new PipeError(
    'ERR_PIPE_TIMEOUT',
    `nobody has read the response body for ${limitMs} ms while ${size} bytes were waiting`,
    { side: 'consumer' },
  );
}
