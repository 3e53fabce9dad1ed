export interface HealthOptions {
  /** Good checks in a row after which a server is used again. */
  readonly rise: number;
  /** Bad checks in a row after which it is not used any more. */
  readonly fall: number;
}

/**
 * Whether a server is fit for requests, by checks in a row. It is until they say otherwise.
 *
 *                 `fall` bad ones in a row
 *     healthy ────────────────────────────▶ unhealthy
 *        ▲                                     │
 *        └──────── `rise` good ones in a row ──┘
 */
export class Health {
  readonly #options: HealthOptions;
  #isHealthy = true;
  /** Checks in a row that say the opposite. */
  #contrary = 0;

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  get isHealthy(): boolean {
    return this.#isHealthy;
  }

  note(isGood: boolean): void {
    this.#contrary = isGood === this.#isHealthy ? 0 : this.#contrary + 1;
    const { rise, fall } = this.#options;
    if (this.#contrary < (this.#isHealthy ? fall : rise)) return;
    this.#isHealthy = isGood;
    this.#contrary = 0;
  }
}
