import { isIPv6 } from 'node:net';
import type { ClientRequest } from '../listener/client-request.ts';
import { dashed, valuesOf } from './header-lines.ts';
import type { HeaderPolicy } from './header-policy.ts';

/** Whether a header says who asked, however a server spells it: such a word is never passed on unchecked. */
export function saysWhoAsked(lowerCaseName: string): boolean {
  const name = dashed(lowerCaseName);
  return name === 'forwarded' || name === 'x-real-ip' || name.startsWith('x-forwarded-');
}

/**
 * The headers that tell the upstream who asked. A client says about itself what it likes, so its own are replaced;
 * those of a trusted peer, a proxy in front, are kept, and the peer's own address is added to the list.
 *
 * @param authority The host that the client asked for.
 * @returns Flat, as `rawHeaders`.
 */
export function forwardingHeaders(
  request: ClientRequest,
  authority: string | undefined,
  policy: HeaderPolicy,
): string[] {
  const { rawHeaders, peerAddress } = request;
  const facts: Facts = {
    address: peerAddress?.replace(/^::ffff:(?=\d+\.)/i, ''),
    host: authority,
    proto: request.isEncrypted ? 'https' : 'http',
    told: policy.trustedPeers.includes(peerAddress) ? (name) => valuesOf(rawHeaders, name) : () => [],
  };
  if (policy.forwarding === 'x-forwarded') return xForwarded(facts);
  return policy.forwarding === 'forwarded' ? forwarded(facts) : [];
}

interface Facts {
  readonly address: string | undefined;
  readonly host: string | undefined;
  readonly proto: string;
  /** What a trusted peer says under a name, one for each line. */
  readonly told: (lowerCaseName: string) => string[];
}

function xForwarded({ address, host, proto, told }: Facts): string[] {
  const headers: string[] = [];
  const chain = [...told('x-forwarded-for'), ...(address === undefined ? [] : [address])];
  if (chain.length > 0) headers.push('x-forwarded-for', chain.join(', '));
  // What the first proxy was asked for; this one was asked by that proxy.
  const [toldHost = host] = told('x-forwarded-host');
  if (toldHost !== undefined) headers.push('x-forwarded-host', toldHost);
  const [toldProto = proto] = told('x-forwarded-proto');
  headers.push('x-forwarded-proto', toldProto);
  return headers;
}

function forwarded({ address, host, proto, told }: Facts): string[] {
  const pairs = [`proto=${proto}`];
  if (host !== undefined) pairs.unshift(`host=${quoted(host)}`);
  if (address !== undefined) pairs.unshift(`for=${quoted(isIPv6(address) ? `[${address}]` : address)}`);
  return ['forwarded', [...told('forwarded'), pairs.join(';')].join(', ')];
}

/** A token as it is, anything else as a quoted string (RFC 7239 §4). Neither kind has quotes or backslashes in it. */
function quoted(value: string): string {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(value) ? value : `"${value}"`;
}
