import { PipeError } from '@millrace/core';
import type { HeaderRecord } from './header-record.ts';

/**
 * How the end of a response body is found (RFC 9112 §6.3, RFC 9110 §6.4.1 and §8.6). The bytes themselves are
 * cut by undici; what is decided here is what it takes to believe their end.
 */

/** A response that has no body whatever its headers say: to HEAD, and 1xx, 204 and 304. */
export function isBodiless(method: string, status: number): boolean {
  return method === 'HEAD' || status < 200 || status === 204 || status === 304;
}

/**
 * The length in bytes that the response declares, `undefined` when it declares none that counts.
 *
 * @throws PipeError `ERR_PIPE_LENGTH_MISMATCH` for lengths that differ or are no decimal number. undici's own
 *   parser refuses these in HTTP/1.1; HTTP/2 and foreign dispatchers bring them here.
 */
export function declaredBytes(method: string, status: number, headers: HeaderRecord): number | undefined {
  const declared = headers['content-length'];
  if (declared === undefined || headers['transfer-encoding'] !== undefined || isBodiless(method, status)) {
    return undefined;
  }
  const lengths = listOf(declared);
  const [length = ''] = lengths;
  const bytes = Number(length);
  // The same length repeated is the one exception that RFC 9110 §8.6 lets a recipient forgive.
  if (/^\d+$/.test(length) && Number.isSafeInteger(bytes) && lengths.every((other) => other === length)) {
    return bytes;
  }
  throw new PipeError(
    'ERR_PIPE_LENGTH_MISMATCH',
    `the response declares content-length ${JSON.stringify(declared)}; that is not one length in bytes`,
  );
}

/** Whether only the end of the connection ends this HTTP/1 body: no length, and not chunked. */
export function endsWithConnection(method: string, status: number, headers: HeaderRecord): boolean {
  if (isBodiless(method, status)) return false;
  const codings = headers['transfer-encoding'];
  if (codings === undefined) return headers['content-length'] === undefined;
  return listOf(codings).at(-1)?.toLowerCase() !== 'chunked';
}

/** The members of a header whose value is a comma-separated list, over all its lines. */
export function listOf(value: string | readonly string[]): string[] {
  // Most are one member, and each response is asked for its length.
  if (typeof value === 'string' && !value.includes(',')) return [value.trim()];
  const lines = typeof value === 'string' ? [value] : value;
  return lines.flatMap((line) => line.split(',')).map((member) => member.trim());
}
