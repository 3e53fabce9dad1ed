import { describe, expect, it } from 'vitest';
import { forwardingHeaders, saysWhoAsked } from '../src/policy/forwarding.ts';
import { HeaderPolicy, type HeaderPolicyOptions } from '../src/policy/header-policy.ts';
import { clientRequest } from './client-request.ts';

const told = [
  ['Forwarded', 'for=1.1.1.1'],
  ['X-Forwarded-For', '1.1.1.1, 2.2.2.2'],
  ['x-forwarded-for', '3.3.3.3'],
  ['X-FORWARDED-HOST', 'first.example'],
  ['x-forwarded-proto', 'https'],
].flat();

/** The headers that tell of a request from `192.0.2.7` that brings headers of that kind along. */
function headers(options: HeaderPolicyOptions, facts: Parameters<typeof clientRequest>[0] = {}): string[] {
  const request = clientRequest({ rawHeaders: told, ...facts });
  return forwardingHeaders(request, 'public.example:8080', new HeaderPolicy(options));
}

describe('who asked', () => {
  it('is told by X-Forwarded-*, and nobody else is believed by default', () => {
    expect(headers({})).toEqual([
      'x-forwarded-for',
      '192.0.2.7',
      'x-forwarded-host',
      'public.example:8080',
      'x-forwarded-proto',
      'http',
    ]);
  });

  it('is added to the word of a trusted peer', () => {
    expect(headers({ trustedPeers: ['192.0.2.0/24'] })).toEqual([
      'x-forwarded-for',
      '1.1.1.1, 2.2.2.2, 3.3.3.3, 192.0.2.7',
      'x-forwarded-host',
      'first.example',
      'x-forwarded-proto',
      'https',
    ]);
  });

  it('is told by Forwarded, where that is chosen [RFC 7239]', () => {
    const forwarding = 'forwarded';
    expect(headers({ forwarding }, { isEncrypted: true })).toEqual([
      'forwarded',
      'for=192.0.2.7;host="public.example:8080";proto=https',
    ]);
    expect(headers({ forwarding }, { peerAddress: '2001:db8::1' })).toEqual([
      'forwarded',
      'for="[2001:db8::1]";host="public.example:8080";proto=http',
    ]);
    expect(headers({ forwarding, trustedPeers: ['192.0.2.7'] })).toEqual([
      'forwarded',
      'for=1.1.1.1, for=192.0.2.7;host="public.example:8080";proto=http',
    ]);
  });

  it('is not told where that is chosen', () => {
    expect(headers({ forwarding: 'none', trustedPeers: ['192.0.2.7'] })).toEqual([]);
  });

  it('is an IPv4 address as such, however the system has it', () => {
    expect(headers({}, { peerAddress: '::ffff:192.0.2.7' })[1]).toBe('192.0.2.7');
  });

  it('is left out when the peer is gone already', () => {
    expect(headers({}, { peerAddress: undefined })).not.toContain('x-forwarded-for');
  });

  it.each([
    'forwarded',
    'x-forwarded-for',
    'x-forwarded-prefix',
    'x_forwarded_for',
    'x-real-ip',
    'x_real-ip',
  ])('is said by %s', (name) => {
    expect(saysWhoAsked(name)).toBe(true);
  });
});
