import type { IncomingResponse } from '@millrace/client';
import { describe, expect, it } from 'vitest';
import { forwardedResponseHeaders, forwardedTrailers, isBodiless } from '../src/policy/response-head.ts';

function answer(status: number, rawHeaders: string[]): IncomingResponse {
  return { status, rawHeaders } as unknown as IncomingResponse;
}

describe('the head of an answer', () => {
  it('goes to the client as it is, with Via', () => {
    const headers = [
      'ETag',
      '"a"',
      'Set-Cookie',
      'a',
      'Set-Cookie',
      'b',
      'Content-Length',
      '5',
      'Content-Encoding',
      'gzip',
    ];
    expect(forwardedResponseHeaders(answer(200, headers))).toEqual([...headers, 'via', '1.1 millrace']);
  });

  it('leaves out what is about the connection to the upstream', () => {
    const headers = [
      'Connection',
      'x-hop',
      'X-Hop',
      '1',
      'Keep-Alive',
      'timeout=5',
      'Transfer-Encoding',
      'chunked',
      'Trailer',
      'x',
    ];
    expect(forwardedResponseHeaders(answer(200, headers))).toEqual(['Trailer', 'x', 'via', '1.1 millrace']);
  });

  it('has no length on a 204, and keeps it on a 304', () => {
    expect(forwardedResponseHeaders(answer(204, ['Content-Length', '0']))).toEqual(['via', '1.1 millrace']);
    expect(forwardedResponseHeaders(answer(304, ['Content-Length', '9']))).toContain('Content-Length');
  });

  it('is refused with 502 for a body that would go on coded and unmarked', () => {
    expect(() => forwardedResponseHeaders(answer(200, ['Transfer-Encoding', 'gzip, chunked']))).toThrow(
      expect.objectContaining({ status: 502 }),
    );
  });
});

describe('trailers', () => {
  it('go on, without those that would change how the message is framed or understood', () => {
    const trailers = ['X-Sum', '1', 'x-sum', '2', 'Content-Length', '5', 'transfer-encoding', 'chunked'];
    expect(forwardedTrailers([...trailers, 'Set-Cookie', 'a', 'Trailer', 'x', 'Host', 'a'])).toEqual([
      'X-Sum',
      '1',
      'x-sum',
      '2',
    ]);
  });
});

describe('a trailer', () => {
  it.each([
    'X-Forwarded-For',
    'x_forwarded_for',
    'Forwarded',
    'X-Real-IP',
    'Content_Length',
    'Transfer_Encoding',
  ])('does not go on as %s, which some servers would read as a header', (name) => {
    expect(forwardedTrailers(['a', '1', name, 'x'])).toEqual(['a', '1']);
  });
});

describe('a response without a body', () => {
  it.each([
    ['HEAD', 200, true],
    ['GET', 204, true],
    ['GET', 304, true],
    ['GET', 200, false],
    ['POST', 500, false],
  ])('%s %i: %s', (method, status, expected) => {
    expect(isBodiless(method, status)).toBe(expected);
  });
});
