export interface BreakerOptions {
  /** Failures in a row after which a server is left alone. */
  readonly failures: number;
  /** For how long, in milliseconds; then one request tries it. */
  readonly coolDownMs: number;
}

/** How a request went, as far as it says something of the server. `unknown`: the client left, say. */
export type RequestVerdict = 'answered' | 'failed' | 'unknown';

/** A request that was let through. */
export interface BreakerPass {
  readonly isTrial: boolean;
}

/**
 * Keeps requests from a server that fails. Times are milliseconds of any one clock.
 *
 *              failures in a row            cool-down is over, and a request begins
 *     closed ─────────────────────▶ open ──────────────────────────────────────────▶ trying
 *       ▲                          ▲    ▲                                            │ │ │
 *       │                          │    └──── failed: another cool-down ─────────────┘ │ │
 *       │                          └───────── unknown: the next request tries ─────────┘ │
 *       └──────────────────────────────────── answered ──────────────────────────────────┘
 *
 * While one request tries, no other begins. Those that began before are no trials: an answer to one closes the
 * breaker as well, since the server gives answers, but a failure does not put off the next trial.
 */
export class CircuitBreaker {
  readonly #options: BreakerOptions;
  #failures = 0;
  /** When a request may try; `undefined` while closed. */
  #retryAtMs: number | undefined;
  #trial: BreakerPass | undefined;

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  get state(): 'closed' | 'open' | 'trying' {
    if (this.#retryAtMs === undefined) return 'closed';
    return this.#trial === undefined ? 'open' : 'trying';
  }

  /** Whether a request may begin. */
  isPassable(nowMs: number): boolean {
    return this.#retryAtMs === undefined || (this.#trial === undefined && nowMs >= this.#retryAtMs);
  }

  /** How long until a request may begin, for `Retry-After`; 0 while one may, or while one tries. */
  waitMs(nowMs: number): number {
    return this.#retryAtMs === undefined ? 0 : Math.max(0, this.#retryAtMs - nowMs);
  }

  /** A request begins. Ask `isPassable` first. */
  begin(): BreakerPass {
    const pass = { isTrial: this.#retryAtMs !== undefined };
    if (pass.isTrial) this.#trial = pass;
    return pass;
  }

  /** That request is over, or answered. */
  end(pass: BreakerPass, verdict: RequestVerdict, nowMs: number): void {
    const wasTrial = pass === this.#trial;
    if (wasTrial) this.#trial = undefined;
    if (verdict === 'answered') {
      this.#failures = 0;
      this.#retryAtMs = undefined;
      this.#trial = undefined;
    } else if (verdict === 'failed') {
      this.#failures += 1;
      const opens = this.#retryAtMs === undefined && this.#failures >= this.#options.failures;
      if (opens || wasTrial) this.#retryAtMs = nowMs + this.#options.coolDownMs;
    }
  }
}
