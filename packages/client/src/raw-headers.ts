import type { Dispatcher } from 'undici';
import type { HeaderRecord } from './header-record.ts';

type Received = Dispatcher.DispatchController['rawHeaders'];

/**
 * Headers as they came, `[name, value, name, value, …]` as in node:http, so that they can be sent on with their
 * order, spelling and repeats. One character per byte (latin-1), which is also how they are written again.
 *
 * undici's Buffers are views of what the socket read, which may change owner with the body (chunk-ownership.ts):
 * they are decoded here and not kept.
 *
 * @param received What undici's controller has: `Buffer`s over HTTP/1.1, a record over HTTP/2.
 * @param headers The same headers, parsed; they stand in for a dispatcher that gives no raw ones.
 */
export function rawHeadersOf(received: Received, headers: HeaderRecord): string[] {
  if (Array.isArray(received)) {
    return received.map((part) => (typeof part === 'string' ? part : part.toString('latin1')));
  }
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(received ?? headers)) {
    if (value === undefined) continue;
    for (const line of typeof value === 'string' ? [value] : value) pairs.push(name, line);
  }
  return pairs;
}
