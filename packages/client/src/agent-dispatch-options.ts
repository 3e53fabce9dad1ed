import type { Dispatcher } from 'undici';
import type { TrailerSource } from './request-trailers.ts';

/** What an agent of this package understands beyond undici's own options. Interceptors pass it on. */
export interface AgentDispatchOptions extends Dispatcher.DispatchOptions {
  /** Trailers to send behind the body, which has to be streamed. */
  readonly trailers?: TrailerSource;
  /**
   * Asks for `100 Continue`; the body waits for it by itself. Not undici's `expectContinue`, which works over HTTP/2
   * alone, and there ends a refused request as if it were whole.
   */
  readonly expectsContinue?: boolean;
  /** `true`: the path is `/` for undici, which knows no other, and `*` for the server (RFC 9112 §3.2.4). */
  readonly asteriskForm?: boolean;
  /** Tells the server that trailers are welcome (`TE: trailers`), where that can be said. */
  readonly acceptsTrailers?: boolean;
  /** undici's own, which its types leave out: the name in TLS, in place of that of the Host. */
  readonly servername?: string;
  /** undici's own, which its types leave out: `false` keeps this request to HTTP/1.1. */
  readonly allowH2?: boolean;
}

/** Whether undici cannot send all of it over HTTP/1.1. */
export function needsMoreThanUndici(options: AgentDispatchOptions): boolean {
  const { path, body, asteriskForm, trailers, expectsContinue } = options;
  // A redirect may have changed the path, or dropped the body and with it what comes before and behind it.
  if (asteriskForm === true && path === '/') return true;
  return body !== null && (trailers !== undefined || expectsContinue === true);
}
