import { describe, expect, it } from 'vitest';
import { TrustedPeers } from '../src/policy/trusted-peers.ts';

describe('trusted peers', () => {
  it.each([
    ['10.0.0.0/8', '10.1.2.3', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['192.0.2.1', '192.0.2.1', true],
    ['192.0.2.1', '192.0.2.2', false],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['fd00::/8', 'fd12::1', true],
    ['fd00::/8', 'fe80::1', false],
    ['::1', '::1', true],
  ])('of %s: %s %s', (range, address, expected) => {
    expect(new TrustedPeers([range]).includes(address)).toBe(expected);
  });

  it('are none unless given, and a peer without an address is none', () => {
    expect(new TrustedPeers().includes('127.0.0.1')).toBe(false);
    expect(new TrustedPeers(['0.0.0.0/0']).includes(undefined)).toBe(false);
  });

  it.each([
    '',
    'localhost',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0/8',
    'fd00::/129',
    '10.0.0.0/-1',
  ])('cannot be %j, and one sentence says so', (range) => {
    expect(() => new TrustedPeers([range])).toThrow(
      `${JSON.stringify(range)} is no range of addresses; it must be as 10.0.0.0/8, fd00::/8 or 192.0.2.1.`,
    );
  });
});
