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
  /** undici's own, which its types leave out: `false` keeps this request to HTTP/1.1. */
  readonly allowH2?: boolean;
}
