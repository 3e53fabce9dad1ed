import { describe, expect, it } from 'vitest';
import { HeaderPolicy } from '../src/policy/header-policy.ts';
import {
  checkExpectations,
  checkFraming,
  forwardedRequest,
  forwardsLeft,
} from '../src/policy/request-head.ts';
import { clientRequest } from './client-request.ts';

const target = { authority: 'public.example', path: '/a' };
const policy = new HeaderPolicy();

const own = [
  ['x-forwarded-for', '192.0.2.7'],
  ['x-forwarded-host', 'public.example'],
  ['x-forwarded-proto', 'http'],
  ['via', '1.1 millrace'],
].flat();

describe('the head of a request', () => {
  it('goes to the upstream as it is, with a word on who asked', () => {
    const rawHeaders = ['Host', 'public.example', 'X-Custom', '1', 'Cookie', 'a=b', 'Range', 'bytes=0-1'];
    const head = forwardedRequest(clientRequest({ rawHeaders }), target, policy);
    expect(head).toEqual({
      method: 'GET',
      path: '/a',
      host: undefined,
      headers: ['X-Custom', '1', 'Cookie', 'a=b', 'Range', 'bytes=0-1', ...own],
    });
  });

  it('has the Host that the client sent where that is to be kept', () => {
    const head = forwardedRequest(clientRequest(), target, new HeaderPolicy({ keepsHost: true }));
    expect(head.host).toBe('public.example');
  });

  it('adds itself behind those that Via names, with the version it was asked in', () => {
    const rawHeaders = ['Via', '1.0 front', 'Host', 'public.example'];
    const { headers } = forwardedRequest(clientRequest({ rawHeaders, httpVersion: '2.0' }), target, policy);
    expect(headers).toEqual(['Via', '1.0 front', ...own.slice(0, -1), '2.0 millrace']);
  });

  it('keeps back what is between the client and the proxy', () => {
    const rawHeaders = ['Expect', '100-continue', 'TE', 'trailers', 'Transfer-Encoding', 'chunked'];
    expect(forwardedRequest(clientRequest({ rawHeaders }), target, policy).headers).toEqual(own);
  });

  it('counts down Max-Forwards of OPTIONS and TRACE alone [RFC 9110 §7.6.2]', () => {
    const rawHeaders = ['Host', 'public.example', 'Max-Forwards', '3'];
    for (const method of ['OPTIONS', 'TRACE']) {
      const request = clientRequest({ method, rawHeaders });
      expect(forwardsLeft(request)).toBe(3);
      expect(forwardedRequest(request, target, policy).headers).toEqual(['max-forwards', '2', ...own]);
    }
    const request = clientRequest({ rawHeaders });
    expect(forwardsLeft(request)).toBeUndefined();
    expect(forwardedRequest(request, target, policy).headers).toEqual(['Max-Forwards', '3', ...own]);
  });
});

describe('the method of a request', () => {
  it.each(['get', 'Head', 'connect', 'FOO', ''])('is refused with 501 when it is %j', (method) => {
    const refused = expect.objectContaining({ status: 501 });
    expect(() => checkFraming(clientRequest({ method, httpVersion: '2.0' }))).toThrow(refused);
  });

  it.each(['GET', 'PURGE', 'QUERY', 'PROPFIND'])('may be %s', (method) => {
    expect(() => checkFraming(clientRequest({ method }))).not.toThrow();
  });
});

describe('the framing of a request', () => {
  it.each([[], ['Content-Length', '5'], ['transfer-encoding', 'Chunked']])(
    'may be said by %j',
    (...rawHeaders) => {
      expect(() => checkFraming(clientRequest({ rawHeaders }))).not.toThrow();
    },
  );

  it.each([
    ['gzip, chunked', 501],
    ['deflate, gzip, chunked', 501],
    ['identity', 400],
    ['identity, chunked', 400],
    ['chunked, chunked', 400],
    ['chunked, identity', 400],
    ['gzip', 400],
    ['xchunked', 400],
    ['"chunked"', 400],
    ['', 400],
  ])('is refused for the transfer-encoding %j with %i', (coding, status) => {
    const request = clientRequest({ rawHeaders: ['Transfer-Encoding', coding] });
    expect(() => checkFraming(request)).toThrow(expect.objectContaining({ status }));
  });

  it('is refused with 400 when transfer-encoding comes on two lines', () => {
    const rawHeaders = ['transfer-encoding', 'chunked', 'transfer-encoding', 'chunked'];
    expect(() => checkFraming(clientRequest({ rawHeaders }))).toThrow(
      expect.objectContaining({ status: 400 }),
    );
  });

  it('is refused with 400 for chunks in HTTP/1.0', () => {
    const request = clientRequest({ rawHeaders: ['transfer-encoding', 'chunked'], httpVersion: '1.0' });
    expect(() => checkFraming(request)).toThrow(expect.objectContaining({ status: 400 }));
  });

  it.each(['Content_Length', 'transfer_encoding'])(
    'is refused with 400 for a header %s, which some servers take for its namesake',
    (name) => {
      expect(() => checkFraming(clientRequest({ rawHeaders: [name, '5'] }))).toThrow(
        expect.objectContaining({ status: 400 }),
      );
    },
  );
});

describe('what a request expects', () => {
  it.each([
    ['nothing', [], '1.1'],
    ['100-continue', ['Expect', '100-Continue'], '1.1'],
    ['nothing that means anything, in HTTP/1.0', ['Expect', 'tea'], '1.0'],
  ] as const)('may be %s', (_, rawHeaders, httpVersion) => {
    expect(() => checkExpectations(clientRequest({ rawHeaders, httpVersion }))).not.toThrow();
  });

  it.each(['1.1', '2.0'] as const)(
    'is refused with 417 when it is anything else, over HTTP/%s',
    (httpVersion) => {
      for (const expectation of ['tea', '100-continue, tea', '100-continue tea']) {
        const request = clientRequest({ rawHeaders: ['Expect', expectation], httpVersion });
        expect(() => checkExpectations(request)).toThrow(expect.objectContaining({ status: 417 }));
      }
    },
  );
});
