import type { PipeSummary } from '@millrace/core';
import { Refusal } from '../policy/refusal.ts';
import type { Downstream } from './downstream.ts';
import type { ExchangeOutcome, Side } from './exchange-outcome.ts';

/** What is noted of an exchange while it is under way. */
export class ExchangeRecord {
  readonly #downstream: Downstream;
  readonly #now: () => number;
  readonly #startedAtMs = Date.now();
  readonly #startMs: number;
  #upstream: string | undefined;
  #answeredAfterMs: number | undefined;
  #requestBody: Promise<PipeSummary> | undefined;
  #responseBody: Promise<PipeSummary> | undefined;
  #failure: { readonly side: Side; readonly reason: unknown } | undefined;
  #isRefused = false;

  /** @param now Milliseconds that never go back. */
  constructor(downstream: Downstream, now: () => number) {
    this.#downstream = downstream;
    this.#now = now;
    this.#startMs = now();
  }

  sentTo(upstream: string): void {
    this.#upstream = upstream;
  }

  answered(): void {
    this.#answeredAfterMs = this.#now() - this.#startMs;
  }

  hasRequestBody(closed: Promise<PipeSummary>): void {
    this.#requestBody = closed;
  }

  hasResponseBody(closed: Promise<PipeSummary>): void {
    this.#responseBody = closed;
  }

  /** What was sent is an answer of the proxy's own. */
  refused(refusal: Refusal): void {
    this.#isRefused = true;
    this.broke(refusal.side, refusal);
  }

  /** The exchange was broken off. The first one to say so is right: what follows, follows from that. */
  broke(side: Side, reason: unknown): void {
    this.#failure ??= { side, reason };
  }

  /** Waits for the end of everything that belongs to the exchange. */
  async outcome(): Promise<ExchangeOutcome> {
    const downstream = this.#downstream;
    await downstream.closed;
    const requestBody = this.#requestBody && (await this.#requestBody);
    const responseBody = this.#responseBody && (await this.#responseBody);
    if (responseBody?.outcome === 'failed') this.broke('upstream', responseBody.reason);
    if (downstream.left.aborted) this.broke('client', downstream.left.reason);
    const failure = this.#failure;
    return {
      request: downstream.request,
      result: failure === undefined ? 'whole' : this.#isRefused ? 'refused' : 'broken',
      status: downstream.status,
      brokenBy: failure?.side,
      reason: failure?.reason,
      upstream: this.#upstream,
      startedAtMs: this.#startedAtMs,
      answeredAfterMs: this.#answeredAfterMs,
      durationMs: this.#now() - this.#startMs,
      requestBody,
      responseBody,
    };
  }
}
