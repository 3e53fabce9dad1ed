import { describe, expect, it } from 'vitest';
import { rejectHeaders, valuesOf, withoutHopByHop } from '../src/policy/hop-by-hop.ts';

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

  it.each(['Connection', 'Keep-Alive', 'Proxy-Connection', 'TE', 'Transfer-Encoding', 'Upgrade'])(
    'leave out %s, which is about the connection [RFC 9110 §7.6.1]',
    (name) => {
      expect(withoutHopByHop(['a', '1', name, 'x', name.toLowerCase(), 'y', 'b', '2'])).toEqual([
        'a',
        '1',
        'b',
        '2',
      ]);
    },
  );

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

  it('can be left out by name', () => {
    expect(rejectHeaders(['Host', 'a', 'x', '1', 'HOST', 'b'], (name) => name === 'host')).toEqual([
      'x',
      '1',
    ]);
  });
});

describe('the values of a header', () => {
  it('come in order, one for each line', () => {
    expect(valuesOf(['Via', 'a', 'x', '1', 'via', 'b'], 'via')).toEqual(['a', 'b']);
    expect(valuesOf(['x', 'via'], 'via')).toEqual([]);
  });
});
