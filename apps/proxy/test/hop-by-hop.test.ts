import { describe, expect, it } from 'vitest';
import { withoutHopByHop } from '../src/policy/hop-by-hop.ts';

describe('headers that are passed on', () => {
  it('keep order, spelling and repeats', () => {
    const headers = [
      'X-B',
      '1',
      'x-a',
      '2',
      'Set-Cookie',
      'a',
      'set-cookie',
      'b',
      'ETag',
      '"x"',
      'Range',
      'bytes=0-1',
    ];
    expect(withoutHopByHop(headers)).toEqual(headers);
  });

  it.each([
    'Connection',
    'HTTP2-Settings',
    'Keep-Alive',
    'Proxy-Connection',
    'TE',
    'Transfer-Encoding',
    'Upgrade',
  ])('leave out %s, which is about the connection, with _ for - as well [RFC 9110 §7.6.1]', (name) => {
    const headers = ['a', '1', name, 'x', name.toLowerCase(), 'y', name.replaceAll('-', '_'), 'z', 'b', '2'];
    expect(withoutHopByHop(headers)).toEqual(['a', '1', 'b', '2']);
  });

  it('leave out those that Connection names, over all its lines and however they are spelled', () => {
    const headers = [
      'Connection',
      'close, X-One',
      'X-ONE',
      '1',
      'x-two',
      '2',
      'connection',
      ' x-Two ,',
      'x-three',
      '3',
    ];
    expect(withoutHopByHop(headers)).toEqual(['x-three', '3']);
  });

  it.each([
    'Authorization',
    'Cache-Control',
    'Content-Length',
    'Content-Type',
    'Cookie',
    'Forwarded',
    'Host',
    'Range',
    'Via',
    'X-Forwarded-For',
    'X-Forwarded-Proto',
  ])('keep %s, though Connection names it: it is meant for all [RFC 9110 §7.6.1]', (name) => {
    expect(withoutHopByHop(['Connection', `close, ${name}`, name, '1'])).toEqual([name, '1']);
  });
});
