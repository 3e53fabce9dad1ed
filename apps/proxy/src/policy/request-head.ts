import { METHODS } from 'node:http';
import type { ClientRequest } from '../listener/client-request.ts';
import { forwardingHeaders, saysWhoAsked } from './forwarding.ts';
import { membersOf, valuesOf } from './header-lines.ts';
import type { HeaderPolicy } from './header-policy.ts';
import { withoutHopByHop } from './hop-by-hop.ts';
import { Refusal } from './refusal.ts';
import type { RequestTarget } from './request-target.ts';

/** What the upstream is sent before the body. */
export interface RequestHead {
  readonly method: string;
  /** Path and query, byte for byte as the client sent them; `*` for the server as a whole; host and port for CONNECT. */
  readonly path: string;
  /** What to send as `Host`; `undefined`: the upstream's own. */
  readonly host: string | undefined;
  /** Flat, as `rawHeaders`; without `Host`. */
  readonly headers: string[];
}

/**
 * Refuses a request that two servers might cut at different places, as far as Node's parser lets it through: it
 * refuses most of them itself.
 *
 * @throws Refusal 400, or 501 for an unknown method, and for a transfer coding other than chunked, whose body would go on
 *   still coded and no longer marked so.
 */
export function checkFraming({ method, rawHeaders, httpVersion }: ClientRequest): void {
  // HTTP/2 knows no list of them. A server that reads `head` as HEAD would send another answer than is waited for.
  if (!METHODS.includes(method)) {
    throw new Refusal(501, `The method is ${JSON.stringify(method)}, which nobody here knows.`);
  }
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    if (name.includes('_') && /^(?:content_length|transfer_encoding)$/i.test(name)) {
      throw new Refusal(400, `The request has a header ${name}, which some servers take for framing.`);
    }
  }
  const lines = valuesOf(rawHeaders, 'transfer-encoding');
  if (lines.length === 0) return;
  if (httpVersion === '1.0') throw new Refusal(400, 'Clients of HTTP/1.0 know of no transfer-encoding.');
  const codings = membersOf(rawHeaders, 'transfer-encoding');
  if (lines.length === 1 && lines[0]?.trim().toLowerCase() === 'chunked') return;
  const known = new Set(['gzip', 'x-gzip', 'deflate', 'compress', 'x-compress']);
  const isSound =
    codings.length > 1 &&
    codings.at(-1) === 'chunked' &&
    codings.slice(0, -1).every((coding) => known.has(coding));
  throw new Refusal(
    isSound ? 501 : 400,
    `The transfer-encoding is ${JSON.stringify(lines.join(', '))}; only chunked is supported.`,
  );
}

/**
 * HTTP/1.0 knows of no expectations (RFC 9110 §10.1.1).
 *
 * @throws Refusal 417 for what the proxy cannot see to.
 */
export function checkExpectations({ rawHeaders, httpVersion }: ClientRequest): void {
  const unmet = membersOf(rawHeaders, 'expect').find((expectation) => expectation !== '100-continue');
  if (unmet === undefined || httpVersion === '1.0') return;
  throw new Refusal(417, `The request expects ${JSON.stringify(unmet)}; nothing but 100-continue can be.`);
}

/**
 * How many more servers may pass the request on, where it says so (RFC 9110 §7.6.2).
 *
 * @throws Refusal 400 for what is no number.
 */
export function forwardsLeft({ method, rawHeaders }: ClientRequest): number | undefined {
  const [limit] = hasForwardLimit(method) ? valuesOf(rawHeaders, 'max-forwards') : [];
  if (limit === undefined) return undefined;
  if (/^\d{1,9}$/.test(limit)) return Number(limit);
  throw new Refusal(400, `Max-Forwards is ${JSON.stringify(limit)}; it must be a whole number.`);
}

/** The methods for which the limit has a meaning. */
function hasForwardLimit(method: string): boolean {
  return method === 'OPTIONS' || method === 'TRACE';
}

/** The request as the upstream gets it. `Expect` is left out: it is asked for anew by whoever sends the body. */
export function forwardedRequest(
  request: ClientRequest,
  { authority, path }: RequestTarget,
  policy: HeaderPolicy,
): RequestHead {
  const { method, rawHeaders, httpVersion } = request;
  const isLimited = hasForwardLimit(method);
  const headers = withoutHopByHop(
    rawHeaders,
    (name) =>
      name === 'host' || name === 'expect' || (isLimited && name === 'max-forwards') || saysWhoAsked(name),
  );
  const left = forwardsLeft(request);
  if (left !== undefined) headers.push('max-forwards', String(left - 1));
  headers.push(...forwardingHeaders(request, authority, policy), 'via', `${httpVersion} millrace`);
  return { method, path, host: policy.keepsHost ? authority : undefined, headers };
}
