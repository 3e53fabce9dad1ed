import { checkOptionNames, optionNames, PipeError } from '@millrace/core';
import type { InformationHandler } from './information.ts';
import type { PauseHandler } from './pause-handler.ts';
import type { RequestHeaders } from './request-headers.ts';
import type { RequestPayload } from './request-payload.ts';
import type { RequestTrailers } from './request-trailers.ts';
import { checkTimeout, checkTimeouts, type Timeouts } from './timeouts.ts';

/** The timeouts stand in for the client's own. */
export interface RequestOptions extends Timeouts {
  /** Sent as given, case included. Default `GET`. Not `CONNECT`, which has a method of its own. */
  method?: string;
  headers?: RequestHeaders;
  /** A streamed body goes out chunked unless `headers` declare its content-length, which it then has to keep. */
  body?: RequestPayload | null;
  /**
   * Sent behind the body, and looked at only then. The body goes out chunked, so there must be no content-length.
   * Fields that frame or route the message are refused.
   */
  trailers?: RequestTrailers;
  /**
   * Asks the server before the body is sent (`Expect: 100-continue`). The body is touched only when the server answers
   * 100 or nothing for `continueTimeoutMs`; not at all when it answers at once.
   */
  expectContinue?: boolean;
  /** How long to wait for the 100, in milliseconds. Default 1000; 0: as long as for the headers. HTTP/1.1 only. */
  continueTimeoutMs?: number;
  /** Most bytes of the response body, in place of the client's `pipe.maxBytes`; a longer one fails. */
  maxBytes?: number;
  /** Sent in place of the URL's path and query, byte for byte; a URL normalises them. For proxies. `*` for `OPTIONS`. */
  path?: string;
  /**
   * Tells the server that trailers are welcome (`TE: trailers`), as gRPC demands it. Over HTTP/2, and over HTTP/1.1 together
   * with `trailers` or `expectContinue` alone, since undici does not write the `Connection: TE` that belongs to it.
   */
  acceptTrailers?: boolean;
  /** Aborts the request and the response body, whichever is under way, with the signal's reason. */
  signal?: AbortSignal;
  onInformation?: InformationHandler;
  /** Told when the server is paused because the response body is read more slowly than it comes, and when not any more. */
  onPaused?: PauseHandler;
}

const requestNames = optionNames<RequestOptions>({
  method: true,
  headers: true,
  body: true,
  trailers: true,
  expectContinue: true,
  continueTimeoutMs: true,
  maxBytes: true,
  path: true,
  acceptTrailers: true,
  signal: true,
  onInformation: true,
  onPaused: true,
  headersTimeoutMs: true,
  bodyTimeoutMs: true,
  readerTimeoutMs: true,
});

/** @throws PipeError `ERR_PIPE_ARGUMENT` that names the option. */
export function checkRequestOptions(options: RequestOptions): void {
  checkOptionNames('request()', options, requestNames);
  checkOptionValues(options);
}

/** @throws PipeError `ERR_PIPE_ARGUMENT` that names the option. */
export function checkOptionValues(options: RequestOptions): void {
  const { method, signal, path } = options;
  if (path === '*' && method !== 'OPTIONS') {
    throw new PipeError(
      'ERR_PIPE_ARGUMENT',
      `the path is * and the method ${method ?? 'GET'}; it must be OPTIONS`,
    );
  }
  if (method === 'CONNECT') {
    throw new PipeError('ERR_PIPE_ARGUMENT', 'the method is CONNECT; use connect() for it');
  }
  if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
    throw new PipeError('ERR_PIPE_ARGUMENT', 'signal is no AbortSignal', { value: signal });
  }
  for (const name of ['onInformation', 'onPaused'] as const) {
    const value: unknown = options[name];
    if (value === undefined || typeof value === 'function') continue;
    throw new PipeError('ERR_PIPE_ARGUMENT', `${name} is no function`, { value });
  }
  checkTimeouts(options);
  const { maxBytes = 0 } = options;
  if (maxBytes !== Infinity && (!Number.isSafeInteger(maxBytes) || maxBytes < 0)) {
    throw new PipeError(
      'ERR_PIPE_ARGUMENT',
      `maxBytes is ${String(maxBytes)}; it must be a whole number of bytes`,
      { value: maxBytes },
    );
  }
  checkTimeout('continueTimeoutMs', options.continueTimeoutMs);
}
