/** What is known of a request that got no answer. */
export interface FailedAttempt {
  readonly method: string;
  /** Whether the same body could be sent again, or there is none. */
  readonly isReplayable: boolean;
  /**
   * `connect`: the request was never sent. `refused`: the server has said that it has not looked at it. `reset`: its connection broke
   * before a byte of an answer came. `other`: too slow, no HTTP, broken in the middle of an answer, our own fault.
   */
  readonly failure: 'connect' | 'refused' | 'reset' | 'other';
  /** Retries so far. */
  readonly retries: number;
  /** Whether it was sent before this attempt. */
  readonly wasSentBefore: boolean;
}

/** Asking twice is as good as asking once (RFC 9110 §9.2.2). */
const idempotent: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

export function isIdempotent(method: string): boolean {
  return idempotent.has(method);
}

/**
 * Whether a request may be sent again (RFC 9110 §9.2.2, RFC 9113 §8.7). One that was never sent, or that its server has not
 * looked at, may whatever it asks for. One whose connection broke, as a kept one does when the server closes it just then, may
 * when asking twice does no harm, and once: what has failed twice may be what breaks the server. One that was too slow is still
 * being worked on, and is not.
 */
export function mayRetry(attempt: FailedAttempt, mostRetries: number): boolean {
  const { method, isReplayable, failure, retries, wasSentBefore } = attempt;
  if (retries >= mostRetries || !isReplayable) return false;
  return (
    failure === 'connect' ||
    failure === 'refused' ||
    (failure === 'reset' && !wasSentBefore && isIdempotent(method))
  );
}
