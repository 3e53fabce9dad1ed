import { PipeError } from '@millrace/core';
import { declaredRequestBytes, flatHeadersOf } from './request-headers.ts';
import type { RequestOptions } from './request-options.ts';
import { payloadOf, type Payload } from './request-payload.ts';
import { requestTargetOf, type RequestTarget } from './request-target.ts';
import type { RequestTrailers } from './request-trailers.ts';

/** A request, checked, as it is sent. */
export interface OutgoingMessage extends RequestTarget {
  readonly method: string;
  /** The flat list. */
  readonly headers: readonly string[];
  /** What the headers declare for the payload, in bytes. */
  readonly declaredBytes: number | undefined;
  /** A stream when something has to happen before or behind it. */
  readonly payload: Payload;
  readonly trailers: RequestTrailers | undefined;
  /** How long the payload waits for `100 Continue`, in milliseconds, 0: for ever; not at all when `undefined`. */
  readonly continueTimeoutMs: number | undefined;
  readonly acceptsTrailers?: boolean;
  /** The protocol that the request asks to go on with. */
  readonly upgrade?: string;
}

/** As in curl and Go. */
const DEFAULT_CONTINUE_TIMEOUT_MS = 1000;

/** @throws PipeError `ERR_PIPE_ARGUMENT` for what cannot be sent. */
export function outgoingMessageOf(url: string | URL, options: RequestOptions): OutgoingMessage {
  const { method = 'GET', path, trailers, expectContinue, continueTimeoutMs } = options;
  const target = requestTargetOf(url, path);
  const headers = flatHeadersOf(options.headers);
  const declaredBytes = declaredRequestBytes(headers);
  if (trailers !== undefined && declaredBytes !== undefined) {
    throw new PipeError(
      'ERR_PIPE_ARGUMENT',
      `the request declares content-length ${declaredBytes}; trailers need a body without one`,
      { value: declaredBytes },
    );
  }
  const payload = payloadOf(options.body, declaredBytes);
  // Nothing to ask for (RFC 9110 §10.1.1).
  const asksFirst = expectContinue === true && payload !== null;
  const message = {
    ...target,
    method,
    trailers,
    acceptsTrailers: options.acceptTrailers === true,
    continueTimeoutMs: asksFirst ? (continueTimeoutMs ?? DEFAULT_CONTINUE_TIMEOUT_MS) : undefined,
  };
  if ((payload !== null && !(payload instanceof Uint8Array)) || (!asksFirst && trailers === undefined)) {
    return { ...message, headers, declaredBytes, payload };
  }
  const bytes = trailers === undefined ? payload?.length : undefined;
  return {
    ...message,
    headers:
      bytes === undefined || declaredBytes !== undefined
        ? headers
        : [...headers, 'content-length', String(bytes)],
    declaredBytes: bytes,
    payload: inOnePiece(payload),
  };
}

/** Whether undici alone would leave out something that the message asks for. */
export function needsGuardedAgent({ path, trailers, continueTimeoutMs }: OutgoingMessage): boolean {
  return path === '*' || trailers !== undefined || continueTimeoutMs !== undefined;
}

async function* inOnePiece(payload: Uint8Array | null): AsyncGenerator<Uint8Array> {
  if (payload !== null) yield payload;
}
