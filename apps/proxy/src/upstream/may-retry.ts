/** What is known of a request that got no answer. */
export interface FailedAttempt {
  readonly method: string;
  /** Whether nobody has asked for a byte of its body, or it has none. */
  readonly isUntouched: boolean;
  /** `connect`: the request was never sent. `reset`: its connection broke. `other`: too slow, no HTTP, our own fault. */
  readonly failure: 'connect' | 'reset' | 'other';
  /** Retries so far. */
  readonly retries: number;
}

/** Asking twice is as good as asking once (RFC 9110 §9.2.2). */
const idempotent: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

/**
 * Whether a request may be sent again (RFC 9112 §9.3.1). One that was never sent may whatever it asks for. One whose
 * connection broke, as a kept one does when the server closes it just then, may when asking twice does no harm. One
 * that was too slow is still being worked on, and is not.
 */
export function mayRetry(
  { method, isUntouched, failure, retries }: FailedAttempt,
  mostRetries: number,
): boolean {
  if (retries >= mostRetries || !isUntouched) return false;
  return failure === 'connect' || (failure === 'reset' && idempotent.has(method));
}
