/** How far a request had come when its connection failed. */
export interface RequestFailure {
  /** Whether any of it may have reached the server. Not so when no connection could be made. */
  readonly wasSent: boolean;
  /** Whether a byte of the response had come. */
  readonly wasAnswered: boolean;
  /**
   * Whether the server has said that it has not looked at the request, and will not (RFC 9113 §8.7). Over HTTP/2 it says so when
   * the request crosses with its `GOAWAY`, or with `REFUSED_STREAM`.
   */
  readonly wasRefused: boolean;
  /**
   * Whether its connection had carried a request before. If so, and nothing was answered, the server had most likely
   * closed an idle connection at the moment it was used again.
   */
  readonly connectionWasReused: boolean;
}

const failures = new WeakMap<object, RequestFailure>();

/**
 * What is known of the failure that `request`, `upgrade` or `connect` has rejected with; `undefined` for what no
 * connection has caused. The error itself is undici's or the socket's, untouched.
 *
 * A request may be sent again when it was not sent at all, when it was refused, or when it is idempotent and was not answered; in
 * all cases only if its body can be had again.
 */
export function requestFailureOf(error: unknown): RequestFailure | undefined {
  return typeof error === 'object' && error !== null ? failures.get(error) : undefined;
}

export function noteRequestFailure(error: object, failure: RequestFailure): void {
  failures.set(error, failure);
}
