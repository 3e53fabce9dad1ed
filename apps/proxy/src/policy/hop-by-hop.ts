import { dashed, membersOf, rejectHeaders } from './header-lines.ts';

/**
 * Headers that are about one connection and so are not passed on (RFC 9110 §7.6.1), `Trailer` aside, which is
 * about the message. `Proxy-Connection` is a mistake of old clients that the RFC wants treated the same;
 * `HTTP2-Settings` goes with an upgrade that is not taken.
 */
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/**
 * What `Connection` cannot take away: a sender must not name a field there that is meant for all recipients
 * (RFC 9110 §7.6.1), and one that does could make a proxy drop what its upstream relies on.
 */
const meantForAll: ReadonlySet<string> = new Set([
  'authorization',
  'cache-control',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'cookie',
  'date',
  'expect',
  'forwarded',
  'host',
  'max-forwards',
  'origin',
  'range',
  'set-cookie',
  'trailer',
  'vary',
  'via',
]);

/**
 * The headers to pass on: without those of the connection, without those that `Connection` names, and without those that
 * are rejected besides.
 */
export function withoutHopByHop(
  rawHeaders: readonly string[],
  isRejected: (lowerCaseName: string) => boolean = isNone,
): string[] {
  const named = membersOf(rawHeaders, 'connection');
  return rejectHeaders(rawHeaders, (name) => {
    const asRead = dashed(name);
    return hopByHop.has(asRead) || (named.includes(name) && !isMeantForAll(asRead)) || isRejected(name);
  });
}

function isNone(): boolean {
  return false;
}

function isMeantForAll(name: string): boolean {
  return meantForAll.has(name) || name.startsWith('x-forwarded-');
}
