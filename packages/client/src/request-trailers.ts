import { PipeError } from '@millrace/core';
import { flatHeadersOf, type RequestHeaders } from './request-headers.ts';

/**
 * Trailers of a request: headers, which are looked at when the last byte of the body has been sent and so may be
 * filled in until then, or a function that is called then.
 */
export type RequestTrailers = RequestHeaders | (() => RequestHeaders | Promise<RequestHeaders>);

/** Asked for the trailers behind the last byte of the body: the flat list, checked. */
export type TrailerSource = () => readonly string[];

/** What must not come behind a body, as it says how to read or route the message (RFC 9110 §6.5.1). */
const forbidden: ReadonlySet<string> = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * The trailers as a flat list.
 *
 * @throws What the function throws; PipeError `ERR_PIPE_ARGUMENT` for a field that cannot be a trailer.
 */
export async function flatTrailersOf(trailers: RequestTrailers): Promise<readonly string[]> {
  const flat = flatHeadersOf(typeof trailers === 'function' ? await trailers() : trailers);
  for (let at = 0; at < flat.length; at += 2) {
    const [name = '', value = ''] = flat.slice(at, at + 2);
    const isToken = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name);
    if (isToken && !forbidden.has(name.toLowerCase()) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)) continue;
    throw new PipeError(
      'ERR_PIPE_ARGUMENT',
      `${JSON.stringify(name)}: ${JSON.stringify(value)} cannot be sent as a trailer`,
      { value: name },
    );
  }
  return flat;
}
