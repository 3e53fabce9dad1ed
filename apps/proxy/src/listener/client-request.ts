/** The head of a request as its client sent it, whatever version of HTTP brought it. */
export interface ClientRequest {
  /** Empty, as the target is, where the head could not be read. */
  readonly method: string;
  /** As in the request line, byte for byte; over HTTP/2 it is `:path`. */
  readonly target: string;
  /** What HTTP/2 has in place of `Host`: `:authority`. */
  readonly authority: string | undefined;
  /** `[name, value, name, value, …]` in order, spelling and repeats as they came; no pseudo headers of HTTP/2. */
  readonly rawHeaders: readonly string[];
  readonly httpVersion: '1.0' | '1.1' | '2.0';
  /** The address at the other end of the connection; `undefined` when that is gone already. */
  readonly peerAddress: string | undefined;
  /** Whether it came over TLS. */
  readonly isEncrypted: boolean;
}
