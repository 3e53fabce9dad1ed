import type { InformationHandler } from './information.ts';
import type { RequestHeaders } from './request-headers.ts';
import type { RequestPayload } from './request-payload.ts';

export interface RequestOptions {
  /** Sent as given, case included. Default `GET`. `CONNECT` is not supported. */
  method?: string;
  headers?: RequestHeaders;
  /** A streamed body goes out chunked unless `headers` declare its content-length, which it then has to keep. */
  body?: RequestPayload | null;
  /** Sent in place of the URL's path and query, byte for byte; a URL normalises them. For proxies. */
  path?: string;
  /** Aborts the request and the response body, whichever is under way, with the signal's reason. */
  signal?: AbortSignal;
  onInformation?: InformationHandler;
  /** As the client's, for this request. */
  headersTimeoutMs?: number;
  /** As the client's, for this request. */
  bodyTimeoutMs?: number;
}
