import { PipeError, type PipeSummary } from '@millrace/core';
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
    const side = responseBody && brokenBy(responseBody, requestBody);
    if (side !== undefined) this.broke(side, responseBody?.reason);
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

/** Who has broken an answer's body off, as far as its end says so: a client that leaves cancels it, and says that by itself. */
function brokenBy({ outcome, reason }: PipeSummary, requestBody: PipeSummary | undefined): Side | undefined {
  // The time for all of it is over, or the body of the request is no HTTP.
  if (reason instanceof Refusal) return reason.side;
  // Those of servers are undici's; these are of who has not sent its body on, or not taken the answer.
  if (reason instanceof PipeError && reason.code === 'ERR_PIPE_TIMEOUT') return 'client';
  if (outcome !== 'failed') return undefined;
  // An upload that breaks off takes the answer with it.
  return requestBody?.outcome === 'failed' && requestBody.reason === reason ? 'client' : 'upstream';
}
