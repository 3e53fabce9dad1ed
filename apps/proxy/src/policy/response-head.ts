import type { IncomingResponse } from '@millrace/client';
import { saysWhoAsked } from './forwarding.ts';
import { dashed, valuesOf } from './header-lines.ts';
import { withoutHopByHop } from './hop-by-hop.ts';
import { Refusal } from './refusal.ts';

/** Whether a response has no body whatever its headers say (RFC 9112 §6.3). */
export function isBodiless(method: string, status: number): boolean {
  return method === 'HEAD' || status === 204 || status === 304;
}

/**
 * The headers that the client gets, flat as `rawHeaders`.
 *
 * @throws Refusal 502 for a transfer coding other than chunked, whose body would go on still coded and no longer
 *   marked so.
 */
export function forwardedResponseHeaders({ status, rawHeaders }: IncomingResponse): string[] {
  const codings = valuesOf(rawHeaders, 'transfer-encoding').join(', ');
  if (codings !== '' && codings.trim().toLowerCase() !== 'chunked') {
    throw new Refusal(
      502,
      `The upstream answered with transfer-encoding ${JSON.stringify(codings)}; only chunked is supported.`,
    );
  }
  // A 204 must not have a length (RFC 9110 §8.6).
  const headers = withoutHopByHop(rawHeaders, status === 204 ? isLength : undefined);
  headers.push('via', '1.1 millrace');
  return headers;
}

/** The headers of an interim answer (1xx), which has no body to describe. */
export function forwardedInformation(rawHeaders: readonly string[]): string[] {
  return withoutHopByHop(rawHeaders, isLength);
}

function isLength(name: string): boolean {
  return name === 'content-length';
}

/** The headers of an answer that grants a tunnel, which has no body to describe either. */
export function forwardedGrant(rawHeaders: readonly string[]): string[] {
  return [...forwardedInformation(rawHeaders), 'via', '1.1 millrace'];
}

/**
 * What goes on of the trailers of a message: not what could change how it is framed, routed or understood
 * (RFC 9110 §6.5.1), nor a word on who asked, which some servers would read as a header.
 */
export function forwardedTrailers(rawTrailers: readonly string[]): string[] {
  return withoutHopByHop(rawTrailers, (name) => notInTrailers.has(dashed(name)) || saysWhoAsked(name));
}

const notInTrailers: ReadonlySet<string> = new Set([
  'authorization',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'cookie',
  'host',
  'set-cookie',
  'trailer',
]);
