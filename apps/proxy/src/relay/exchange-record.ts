import type { PipeSummary } from '@millrace/core';
import { Refusal } from '../policy/refusal.ts';
import type { Downstream } from './downstream.ts';
import type { ExchangeOutcome, Side } from './exchange-outcome.ts';

/** What is noted of an exchange while it is under way. */
export class ExchangeRecord {
  /** How the body of the request has ended, where there is one. */
  requestBody: Promise<PipeSummary> | undefined;
  /** How the body of the answer has ended, where there is one. */
  responseBody: Promise<PipeSummary> | undefined;
  readonly #downstream: Downstream;
  readonly #now: () => number;
  readonly #startedAtMs = Date.now();
  readonly #startMs: number;
  #upstream: string | undefined;
  #answeredAfterMs: number | undefined;
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

  /** What was sent is an answer of the proxy's own. */
  refused(refusal: Refusal): void {
    this.#isRefused = true;
    this.broke(refusal.side, refusal);
  }

  /** The exchange was broken off. The first one to say so is right: what follows, follows from that. */
  broke(side: Side, reason: unknown): void {
    this.#failure ??= { side, reason };
  }

  /** For when everything that belongs to the exchange is over. The bodies, where there were any, ended like this. */
  outcome(requestBody: PipeSummary | undefined, responseBody: PipeSummary | undefined): ExchangeOutcome {
    const downstream = this.#downstream;
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
