import type { OutgoingMessage } from 'node:http';
import type { Writable } from 'node:stream';
import { resetConnection } from './reset-connection.ts';

/**
 * Makes Node hold a body against the Content-Length it declares: `write` throws past it and `end` throws short of
 * it. Node knows which responses have no body to hold against it (HEAD, 204, 304). Not for HTTP/2, whose receivers
 * check by themselves.
 */
export function requireDeclaredLength(response: Writable): void {
  if (isHttp1(response)) response.strictContentLength = true;
}

/** Destroys the response so that its receiver cannot take what it has for the whole. */
export function breakConnection(response: Writable, error: Error): void {
  if (isHttp1(response) && isDelimitedByClose(response) && response.socket !== null) {
    resetConnection(response.socket, error);
  }
  response.destroy(error);
}

type Http1Message = OutgoingMessage & { strictContentLength: boolean; _contentLength?: number | null };

/** A request or response of `node:http`, which is one of its own to HTTP/2. */
export function isHttp1(response: Writable): response is Writable & Http1Message {
  return 'strictContentLength' in response && 'chunkedEncoding' in response;
}

/** Neither chunked nor of a declared length: an orderly close of the connection would be the end of the body. */
function isDelimitedByClose(response: Http1Message): boolean {
  if (!response.headersSent || response.chunkedEncoding) return false;
  // A length given to `writeHead` alone is no header that could be asked for. Should this field ever go, connections
  // are reset where an orderly close would do.
  return !response.hasHeader('content-length') && typeof response._contentLength !== 'number';
}
