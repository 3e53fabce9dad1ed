import { errors } from 'undici';

/** What undici waits when nothing else is said, in milliseconds. */
const DEFAULT_TIMEOUT_MS = 300_000;

/** The one timer of an exchange: a server is waited for either for its headers or for more of its body. */
export class ExchangeClock {
  readonly #onTimeout: (error: Error) => void;
  #timer: NodeJS.Timeout | undefined;
  #waitsFor: 'headers' | 'body' | undefined;

  constructor(onTimeout: (error: Error) => void) {
    this.#onTimeout = onTimeout;
  }

  waitForHeaders(timeoutMs: number | null | undefined): void {
    this.#wait('headers', timeoutMs);
  }

  waitForBody(timeoutMs: number | null | undefined): void {
    this.#wait('body', timeoutMs);
  }

  /** The server is not what is waited for. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waitsFor = undefined;
  }

  #wait(what: 'headers' | 'body', timeoutMs: number | null | undefined): void {
    if (this.#waitsFor === what) {
      this.#timer?.refresh();
      return;
    }
    this.stop();
    this.#waitsFor = what;
    if (timeoutMs === 0) return;
    this.#timer = setTimeout(
      () =>
        this.#onTimeout(
          what === 'headers' ? new errors.HeadersTimeoutError() : new errors.BodyTimeoutError(),
        ),
      timeoutMs ?? DEFAULT_TIMEOUT_MS,
    );
  }
}
