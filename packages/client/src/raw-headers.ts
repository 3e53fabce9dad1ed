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

/** The headers of such a list by lower-case name, as undici gives them. */
export function headerRecordOf(rawHeaders: readonly string[]): Record<string, string | string[]> {
  const record: Record<string, string | string[]> = Object.create(null);
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    const key = name.toLowerCase();
    const before = record[key];
    record[key] = before === undefined ? value : [before, value].flat();
  }
  return record;
}
