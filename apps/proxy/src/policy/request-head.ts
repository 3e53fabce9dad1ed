import type { IncomingMessage } from 'node:http';
import { rejectHeaders, valuesOf, withoutHopByHop } from './hop-by-hop.ts';
import { Refusal } from './refusal.ts';

/** What the upstream is sent before the body. */
export interface RequestHead {
  readonly method: string;
  /** The host that the client asked for, with its port; `undefined` when it named none, as HTTP/1.0 may. */
  readonly authority: string | undefined;
  /** Path and query, byte for byte as the client sent them. */
  readonly path: string;
  /** Flat, as `rawHeaders`; without `Host`, which is the upstream's to say. */
  readonly headers: string[];
}

/**
 * Not passed on. `Host` is the upstream's; what was forwarded before is the word of a peer nobody vouches for, and
 * is replaced; `Expect` is between the client and this proxy (client and undici refuse to send it).
 */
const replaced: ReadonlySet<string> = new Set([
  'host',
  'expect',
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
]);

/** `uri-host [ ":" port ]` of RFC 9110 §7.2: no user, no path, no blank. */
const HOST = /^(?:\[[\da-f:.]+\]|(?:[\w.~!$&'()*+,;=-]|%[\da-f]{2})*)(?::\d*)?$/i;

/**
 * The request as the upstream gets it.
 *
 * @throws Refusal 400 for a target or `Host` that no server could agree on with another, 501 for a transfer coding
 *   other than chunked, whose body would be passed on still coded and no longer marked so.
 */
export function forwardedRequest(request: IncomingMessage): RequestHead {
  const { method = 'GET', url = '/', rawHeaders, socket, httpVersion } = request;
  const codings = valuesOf(rawHeaders, 'transfer-encoding').join(', ');
  if (codings !== '' && codings.trim().toLowerCase() !== 'chunked') {
    throw new Refusal(501, `The transfer-encoding is ${JSON.stringify(codings)}; only chunked is supported.`);
  }
  const target = targetOf(url);
  const authority = target.authority ?? hostOf(rawHeaders);
  const headers = rejectHeaders(withoutHopByHop(rawHeaders), (name) => replaced.has(name));
  if (socket.remoteAddress !== undefined) headers.push('x-forwarded-for', socket.remoteAddress);
  if (authority !== undefined) headers.push('x-forwarded-host', authority);
  headers.push('x-forwarded-proto', 'http', 'via', `${httpVersion} millrace`);
  return { method, authority, path: target.path, headers };
}

/** The target of a request line: origin-form as it is, absolute-form cut into its parts (RFC 9112 §3.2). */
function targetOf(url: string): { authority?: string; path: string } {
  if (url.startsWith('/')) return { path: url };
  const absolute = /^https?:\/\/(?<authority>[^/?#]+)(?<path>[/?][^#]*)?$/i.exec(url)?.groups;
  const { authority, path = '/' } = absolute ?? {};
  if (authority === undefined || !HOST.test(authority)) {
    throw new Refusal(400, `The request target is ${JSON.stringify(url)}; it must be a path or an http URL.`);
  }
  return { authority, path: path.startsWith('/') ? path : `/${path}` };
}

function hostOf(rawHeaders: readonly string[]): string | undefined {
  const hosts = valuesOf(rawHeaders, 'host');
  const [host] = hosts;
  if (hosts.length > 1)
    throw new Refusal(400, `The request has ${hosts.length} Host headers; it must have one.`);
  if (host !== undefined && !HOST.test(host)) {
    throw new Refusal(
      400,
      `The Host header is ${JSON.stringify(host)}; it must be a host and an optional port.`,
    );
  }
  return host;
}
