import { PipeError } from '@millrace/core';

/**
 * Request headers: a record (an array for a repeated name), pairs as in `Headers` or a `Map`, or the flat
 * `[name, value, name, value, …]` of node:http's and this client's `rawHeaders`. Order, spelling and repeats are
 * sent as given. Framing is the client's: `transfer-encoding`, `connection: upgrade` and `expect` are refused.
 */
export type RequestHeaders =
  | Readonly<Record<string, string | number | readonly string[] | undefined>>
  | Iterable<readonly [string, string]>
  | readonly string[];

/**
 * The headers as the flat list that undici takes.
 *
 * @throws PipeError `ERR_PIPE_ARGUMENT` for what holds no headers, a name without a value, and a value that is an object.
 */
export function flatHeadersOf(headers: RequestHeaders | undefined): string[] {
  if (headers === undefined) return [];
  if (typeof headers !== 'object' || headers === null) {
    throw refused('headers', String(headers), 'an object or a list', headers);
  }
  if (isFlat(headers)) {
    if (headers.length % 2 === 0) return [...headers];
    throw new PipeError(
      'ERR_PIPE_ARGUMENT',
      `headers is a flat list of ${headers.length}; it must hold a value after every name`,
      { value: headers.length },
    );
  }
  const flat: string[] = [];
  for (const [name, value] of isIterable(headers) ? headers : Object.entries(headers)) {
    if (value === undefined) continue;
    for (const line of Array.isArray(value) ? value : [value]) {
      if (typeof line === 'object') {
        throw refused(
          `the header ${name}`,
          line === null ? 'null' : 'an object',
          'a string or a number',
          line,
        );
      }
      flat.push(name, String(line));
    }
  }
  return flat;
}

/**
 * The length in bytes that the request declares for its body.
 *
 * @throws PipeError `ERR_PIPE_ARGUMENT` when it is no decimal number, or is declared twice.
 */
export function declaredRequestBytes(flatHeaders: readonly string[]): number | undefined {
  let lengths: string[] | undefined;
  for (let at = 0; at < flatHeaders.length; at += 2) {
    if (isContentLength(flatHeaders[at] as string)) (lengths ??= []).push(flatHeaders[at + 1] as string);
  }
  if (lengths === undefined) return undefined;
  const length = lengths[0] as string;
  const bytes = Number(length);
  if (lengths.length === 1 && /^\d+$/.test(length) && Number.isSafeInteger(bytes)) return bytes;
  throw new PipeError(
    'ERR_PIPE_ARGUMENT',
    `the content-length of the request is ${JSON.stringify(lengths.join(', '))}; it must be one whole number of bytes`,
    { value: length },
  );
}

function isContentLength(name: string): boolean {
  return name.length === 14 && name.toLowerCase() === 'content-length';
}

function isFlat(headers: RequestHeaders): headers is readonly string[] {
  return Array.isArray(headers) && (headers.length === 0 || typeof headers[0] === 'string');
}

function isIterable(
  headers: Exclude<RequestHeaders, readonly string[]>,
): headers is Iterable<readonly [string, string]> {
  return Symbol.iterator in headers;
}

function refused(name: string, shown: string, wanted: string, value: unknown): PipeError {
  return new PipeError('ERR_PIPE_ARGUMENT', `${name} is ${shown}; it must be ${wanted}`, { value });
}
