import { PipeError } from '@millrace/core';
import type { InformationHandler } from './information.ts';
import type { RequestHeaders } from './request-headers.ts';
import type { RequestPayload } from './request-payload.ts';
import { checkTimeouts, type Timeouts } from './timeouts.ts';

/** The timeouts stand in for the client's own. */
export interface RequestOptions extends Timeouts {
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
}

/** @throws PipeError `ERR_PIPE_ARGUMENT` that names the option. */
export function checkRequestOptions(options: RequestOptions): void {
  const { method, signal, onInformation } = options;
  if (method === 'CONNECT') throw new PipeError('ERR_PIPE_ARGUMENT', 'the method CONNECT is not supported');
  if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
    throw new PipeError('ERR_PIPE_ARGUMENT', 'signal is no AbortSignal', { value: signal });
  }
  if (onInformation !== undefined && typeof onInformation !== 'function') {
    throw new PipeError('ERR_PIPE_ARGUMENT', 'onInformation is no function', { value: onInformation });
  }
  checkTimeouts(options);
}
