import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { forwardedRequest } from '../src/policy/request-head.ts';

function request(url: string, rawHeaders: string[] = ['Host', 'public.example']): IncomingMessage {
  const parts = {
    method: 'GET',
    url,
    rawHeaders,
    httpVersion: '1.1',
    socket: { remoteAddress: '192.0.2.7' },
  };
  return parts as unknown as IncomingMessage;
}

const own = [
  ['x-forwarded-for', '192.0.2.7'],
  ['x-forwarded-host', 'public.example'],
  ['x-forwarded-proto', 'http'],
  ['via', '1.1 millrace'],
].flat();

describe('the head of a request', () => {
  it('goes to the upstream as it is, with a word on who asked, and leaves Host to the upstream', () => {
    const head = forwardedRequest(
      request('/a', ['Host', 'public.example', 'X-Custom', '1', 'Cookie', 'a=b']),
    );
    expect(head).toEqual({
      method: 'GET',
      authority: 'public.example',
      path: '/a',
      headers: ['X-Custom', '1', 'Cookie', 'a=b', ...own],
    });
  });

  it.each(['//a/../b%2F?q=%zz', '/?', '/a//b', '/%00', '/a?b?c', '/\u00e9'])(
    'keeps the bytes of the path %j',
    (path) => {
      expect(forwardedRequest(request(path)).path).toBe(path);
    },
  );

  it.each([
    ['http://other.example:81/a/../b?c', '/a/../b?c', 'other.example:81'],
    ['HTTP://other.example', '/', 'other.example'],
    ['https://other.example?q', '/?q', 'other.example'],
  ])('takes host and path out of the absolute target %s [RFC 9112 §3.2.2]', (url, path, host) => {
    const head = forwardedRequest(request(url));
    expect(head.path).toBe(path);
    expect(head.headers.join(' ')).toContain(`x-forwarded-host ${host} `);
    expect(head.headers).not.toContain('public.example');
  });

  it('believes nobody who says where a request came from', () => {
    const spoofed = [
      'Forwarded',
      'for=1.1.1.1',
      'X-Forwarded-For',
      '1.1.1.1',
      'X-FORWARDED-HOST',
      'evil',
      'x-forwarded-proto',
      'https',
    ];
    expect(forwardedRequest(request('/', ['Host', 'public.example', ...spoofed])).headers).toEqual(own);
  });

  it('adds itself behind those that Via names', () => {
    const { headers } = forwardedRequest(request('/', ['Via', '1.0 front', 'Host', 'public.example']));
    expect(headers).toEqual(['Via', '1.0 front', ...own]);
  });

  it('keeps back what is between the client and the proxy', () => {
    const headers = [
      'Expect',
      '100-continue',
      'TE',
      'trailers',
      'Transfer-Encoding',
      'chunked',
      'Host',
      'public.example',
    ];
    expect(forwardedRequest(request('/', headers)).headers).toEqual(own);
  });

  it('can do without a Host, as HTTP/1.0 does', () => {
    const { headers } = forwardedRequest(request('/', []));
    expect(headers).not.toContain('x-forwarded-host');
  });

  it('is refused with 400 when it names two hosts', () => {
    expect(() => forwardedRequest(request('/', ['Host', 'a', 'host', 'a']))).toThrow(
      expect.objectContaining({ status: 400, message: 'The request has 2 Host headers; it must have one.' }),
    );
  });

  it.each(['user@origin', 'a b', 'a/b', 'a:b', '[::1', 'a,b c', 'a:80:80'])(
    'is refused with 400 for the Host %j',
    (host) => {
      expect(() => forwardedRequest(request('/', ['Host', host]))).toThrow(
        expect.objectContaining({ status: 400 }),
      );
    },
  );

  it.each(['a', 'a:80', 'a:', '127.0.0.1:1', '[::1]:80', 'xn--bcher-kva.example', '%41'])(
    'accepts the Host %j',
    (host) => {
      expect(forwardedRequest(request('/', ['Host', host])).headers).toContain(host);
    },
  );

  it.each(['*', 'a:443', 'ftp://a/', 'http:///a', 'http://user@a/', 'a/b'])(
    'is refused with 400 for the target %j',
    (url) => {
      expect(() => forwardedRequest(request(url))).toThrow(expect.objectContaining({ status: 400 }));
    },
  );

  it.each(['gzip, chunked', 'identity', 'chunked, chunked'])(
    'is refused with 501 for a body coded as %j',
    (coding) => {
      expect(() => forwardedRequest(request('/', ['Host', 'a', 'Transfer-Encoding', coding]))).toThrow(
        expect.objectContaining({ status: 501 }),
      );
    },
  );
});
