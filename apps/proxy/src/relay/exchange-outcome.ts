import type { PipeSummary } from '@millrace/core';
import type { ClientRequest } from '../listener/client-request.ts';

/** Who is to blame: which side sent what is no HTTP, broke off, or was not there. */
export type Side = 'client' | 'upstream' | 'proxy';

/**
 * How one exchange went, known when all of it is over: what an access log and metrics are made of.
 *
 * - `whole`: the client has the whole answer of the upstream, whatever its status.
 * - `refused`: the proxy answered in place of the upstream, with `status`.
 * - `broken`: the client did not get a whole answer, and its connection or stream was broken off.
 */
export interface ExchangeOutcome {
  readonly request: ClientRequest;
  readonly result: 'whole' | 'refused' | 'broken';
  /** The status that the client was sent; `undefined` when it was gone before. `101` for a tunnel. */
  readonly status: number | undefined;
  /** Which side a refusal or a break is owed to; `undefined` for a whole exchange. */
  readonly brokenBy: Side | undefined;
  /** Why it was refused or broken off: a `Refusal`, a `PipeError`, the system's or undici's error. */
  readonly reason: unknown;
  /** The upstream it was sent to, `undefined` when it never came that far. */
  readonly upstream: string | undefined;
  /** Milliseconds since 1970. */
  readonly startedAtMs: number;
  /** From the request's head to the upstream's; `undefined` when that has not answered. */
  readonly answeredAfterMs: number | undefined;
  /** From the request's head to when the last byte was handed to the system or never will be. */
  readonly durationMs: number;
  /** How the pipe of each body ended: bytes written, delivered and discarded. `undefined` without a body. */
  readonly requestBody: PipeSummary | undefined;
  readonly responseBody: PipeSummary | undefined;
}
