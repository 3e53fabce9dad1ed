import { describe, expect, it } from 'vitest';
import { requestTargetOf } from '../src/policy/request-target.ts';
import { clientRequest } from './client-request.ts';

const refusedWith400 = expect.objectContaining({ status: 400 }) as Error;

describe('the target of a request', () => {
  it.each(['//a/../b%2F?q=%zz', '/?', '/a//b', '/%00', '/a?b?c', '/\u00e9'])(
    'keeps the bytes of the path %j',
    (target) => {
      expect(requestTargetOf(clientRequest({ target }))).toEqual({
        authority: 'public.example',
        path: target,
      });
    },
  );

  it.each([
    ['http://other.example:81/a/../b?c', '/a/../b?c', 'other.example:81'],
    ['HTTP://other.example', '/', 'other.example'],
    ['https://other.example?q', '/?q', 'other.example'],
  ])('takes host and path out of %s, whatever Host says [RFC 9112 §3.2.2]', (target, path, authority) => {
    expect(requestTargetOf(clientRequest({ target }))).toEqual({ authority, path });
  });

  it.each(['*', 'http://public.example'])('is the server as a whole for OPTIONS %s', (target) => {
    expect(requestTargetOf(clientRequest({ method: 'OPTIONS', target }))).toEqual({
      authority: 'public.example',
      path: '*',
    });
  });

  it.each([
    '*',
    'a:443',
    'ftp://a/',
    'http:///a',
    'http://user@a/',
    'http://a b/',
    'a/b',
    '',
    'http://a/#b',
    '/a#b',
  ])('is refused with 400 when it is %j', (target) => {
    expect(() => requestTargetOf(clientRequest({ target }))).toThrow(refusedWith400);
  });
});

describe('the host of a request', () => {
  it.each(['a', 'a:80', 'a:', 'a.b.', '127.0.0.1:1', '[::1]:80', 'xn--bcher-kva.example', 'my_service'])(
    'may be %j',
    (host) => {
      expect(requestTargetOf(clientRequest({ rawHeaders: ['Host', host] })).authority).toBe(host);
    },
  );

  it.each([
    '',
    ':80',
    'user@origin',
    'a b',
    'a/b',
    'a:b',
    '[::1',
    'a,b',
    'a,b c',
    'a:80:80',
    'a:123456',
    'a%41',
    'a;b',
    'a"',
    'a\\b',
    'a?b',
    'a#b',
  ])('is refused with 400 when it is %j', (host) => {
    expect(() => requestTargetOf(clientRequest({ rawHeaders: ['Host', host] }))).toThrow(refusedWith400);
  });

  it('is refused with 400 when there are two, even the same', () => {
    expect(() => requestTargetOf(clientRequest({ rawHeaders: ['Host', 'a', 'host', 'a'] }))).toThrow(
      expect.objectContaining({ status: 400, message: 'The request has 2 Host headers; it must have one.' }),
    );
  });

  it('may be missing in HTTP/1.0 alone', () => {
    const rawHeaders: string[] = [];
    expect(requestTargetOf(clientRequest({ rawHeaders, httpVersion: '1.0' })).authority).toBeUndefined();
    expect(() => requestTargetOf(clientRequest({ rawHeaders }))).toThrow(refusedWith400);
  });

  it('is :authority over HTTP/2, which Host must not contradict [RFC 9113 §8.3.1]', () => {
    const http2 = { httpVersion: '2.0', authority: 'a.example' } as const;
    expect(requestTargetOf(clientRequest({ ...http2, rawHeaders: [] })).authority).toBe('a.example');
    expect(requestTargetOf(clientRequest({ ...http2, rawHeaders: ['host', 'A.example'] })).path).toBe('/');
    expect(() => requestTargetOf(clientRequest({ ...http2, rawHeaders: ['host', 'b.example'] }))).toThrow(
      refusedWith400,
    );
  });
});
