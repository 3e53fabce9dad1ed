import type { BufferStrategy } from '@millrace/core';
import chunkQueue from '@millrace/chunk-queue';
import { refusingPort } from '@millrace/test-servers/refusing-port';
import { Agent } from 'undici';
import { describe, expect, it } from 'vitest';
import { createClient, type ClientOptions, type RequestOptions } from '../src/index.ts';
import { everyStrategy } from './every-strategy.ts';
import { httpServer } from './http-server.ts';
import { makeClient } from './make-client.ts';
import { patternedBytes, sha256 } from './patterned-bytes.ts';
import { rawServer } from './raw-server.ts';
import { socketClosed } from './socket-closed.ts';

describe('createClient', () => {
  it.each([
    ['no options', undefined],
    ['no strategy', {}],
    ['both a dispatcher and an agent', { strategy: chunkQueue, agent: {}, dispatcher: {} }],
    ['a dispatcher as agent', { strategy: chunkQueue, agent: new Agent() }],
    ['a low mark above the high one', { strategy: chunkQueue, pipe: { highWaterMark: 1, lowWaterMark: 2 } }],
    ['a negative timeout', { strategy: chunkQueue, headersTimeoutMs: -1 }],
    ['a timeout that is no number', { strategy: chunkQueue, bodyTimeoutMs: Number.NaN }],
  ])('refuses %s at the call', (_, options) => {
    expect(() => createClient(options as unknown as ClientOptions)).toThrow(
      expect.objectContaining({ code: 'ERR_PIPE_ARGUMENT' }),
    );
  });

  it('refuses what is no strategy', () => {
    expect(() => createClient({ strategy: 'a-strategy' as unknown as BufferStrategy })).toThrow(
      expect.objectContaining({ code: 'ERR_PIPE_STRATEGY' }),
    );
  });
});

describe('request, given what cannot be sent', () => {
  it.each<[string, string, RequestOptions]>([
    ['a relative URL', '/path', {}],
    ['no URL', undefined as unknown as string, {}],
    ['another protocol', 'ftp://127.0.0.1/', {}],
    ['credentials in the URL', 'http://user:secret@127.0.0.1/', {}],
    ['the method CONNECT', 'http://127.0.0.1/', { method: 'CONNECT' }],
    ['a method that is no token', 'http://127.0.0.1/', { method: 'G ET' }],
    ['a header name that is no token', 'http://127.0.0.1/', { headers: { 'a b': 'c' } }],
    ['a line break in a header', 'http://127.0.0.1/', { headers: { a: 'b\r\nc: d' } }],
    ['framing of its own', 'http://127.0.0.1/', { headers: { 'transfer-encoding': 'chunked' } }],
    ['a flat header list of odd length', 'http://127.0.0.1/', { headers: ['a'] }],
    ['headers that are no list', 'http://127.0.0.1/', { headers: 5 as never }],
    ['headers that are null', 'http://127.0.0.1/', { headers: null as never }],
    ['a header that is null', 'http://127.0.0.1/', { headers: { a: null as never } }],
    ['a header that is an object', 'http://127.0.0.1/', { headers: { a: [{} as never] } }],
    ['a content-length that is no number', 'http://127.0.0.1/', { headers: { 'content-length': '0x5' } }],
    [
      'two content-lengths',
      'http://127.0.0.1/',
      { body: 'hello', headers: { 'content-length': ['5', '5'] } },
    ],
    [
      'a content-length that its body has not',
      'http://127.0.0.1/',
      { body: 'hi', headers: { 'content-length': 5 } },
    ],
    ['a content-length and no body', 'http://127.0.0.1/', { headers: { 'content-length': 5 } }],
    ['a body that is no bytes', 'http://127.0.0.1/', { body: 5 as unknown as string }],
    ['a path with a space', 'http://127.0.0.1/', { path: '/a b' }],
    ['a negative timeout', 'http://127.0.0.1/', { headersTimeoutMs: -1 }],
    ['a signal that is none', 'http://127.0.0.1/', { signal: {} as AbortSignal }],
    ['a callback that is none', 'http://127.0.0.1/', { onInformation: {} as () => void }],
    ['a callback for pauses that is none', 'http://127.0.0.1/', { onPaused: {} as () => void }],
  ])('rejects %s with ERR_PIPE_ARGUMENT', async (_, url, options) => {
    const client = makeClient({ strategy: chunkQueue });
    await expect(client.request(url, { method: 'POST', ...options })).rejects.toMatchObject({
      name: 'PipeError',
      code: 'ERR_PIPE_ARGUMENT',
    });
  });

  it.each([
    [5, 'number', ''],
    [{}, 'Object', ''],
    [new Blob(['hi']), 'Blob', ': give its stream()'],
    [new URLSearchParams('a=1'), 'URLSearchParams', ': give its toString(), and its content-type'],
    [new FormData(), 'FormData', ': give the body of new Response(form), and its content-type'],
    [new ArrayBuffer(2), 'ArrayBuffer', ': give a Uint8Array of it'],
    [new Uint16Array(2), 'Uint16Array', ': give a Uint8Array of it'],
  ])('names the kind of a body that is none, and what to give: %o', async (body, kind, remedy) => {
    const client = makeClient({ strategy: chunkQueue });
    await expect(
      client.request('http://127.0.0.1/', { method: 'POST', body: body as unknown as string }),
    ).rejects.toMatchObject({
      message: `the request body is of type ${kind}; it must be a Uint8Array, a string, an async iterable or a PipeReader${remedy}`,
    });
  });

  it('does not repeat a password in the message', async () => {
    const client = makeClient({ strategy: chunkQueue });
    for (const url of ['http://user:secret@127.0.0.1/', 'http://user:secret@127.0.0.1:99999/']) {
      await expect(client.request(url)).rejects.toMatchObject({
        message: expect.not.stringContaining('secret'),
      });
    }
  });
});

describe.each(everyStrategy)('a response through $name', (strategy) => {
  it('gives status, headers as a record and as they came, and a body that reads as JSON', async () => {
    const { url } = await rawServer(
      'HTTP/1.1 203 Fine By Me\r\nX-Odd: \xe9\r\nset-cookie: a=1\r\nContent-Length: 12\r\nSet-Cookie: b=2\r\n\r\n{"ok": true}',
    );
    const response = await makeClient({ strategy }).request(url);
    expect(response.status).toBe(203);
    expect(response.statusText).toBe('Fine By Me');
    expect(response.headers).toMatchObject({
      'x-odd': 'é',
      'set-cookie': ['a=1', 'b=2'],
      'content-length': '12',
    });
    expect(response.rawHeaders.join('|')).toBe('X-Odd|é|set-cookie|a=1|Content-Length|12|Set-Cookie|b=2');
    expect(response.content.expectedBytes).toBe(12);
    expect(await response.content.json()).toEqual({ ok: true });
    expect(response.content.complete).toBe(true);
    expect(await response.content.closed).toMatchObject({
      outcome: 'ended',
      written: 12,
      delivered: 12,
      discarded: 0,
    });
  });

  it('delivers every byte of large bodies, however they are framed and read', async () => {
    const body = patternedBytes(3 * 1024 * 1024 + 17);
    const url = await httpServer((request, response) => {
      if (request.url === '/declared') response.setHeader('content-length', body.length);
      if (request.url === '/close-delimited') response.useChunkedEncodingByDefault = false;
      for (let at = 0; at < body.length; at += 100_003) response.write(body.subarray(at, at + 100_003));
      response.end();
    });
    const client = makeClient({ strategy });
    for (const framing of ['declared', 'chunked', 'close-delimited']) {
      const streamed = await client.request(url + framing);
      const chunks: Uint8Array[] = [];
      for await (const chunk of streamed.content.stream()) {
        expect(chunk.constructor).toBe(Uint8Array);
        chunks.push(chunk);
        // A slow reader: the server's next bytes arrive in between.
        if (chunks.length % 3 === 0) await new Promise(setImmediate);
      }
      expect(sha256(...chunks)).toBe(sha256(body));
      expect(streamed.content.complete).toBe(true);
      const whole = await client.request(url + framing);
      expect(sha256(await whole.content.read())).toBe(sha256(body));
    }
  });

  it('keeps concurrent bodies apart', async () => {
    const url = await httpServer((request, response) =>
      response.end(patternedBytes(700_000, Number(request.url?.slice(1)))),
    );
    const client = makeClient({ strategy });
    const seeds = Array.from({ length: 12 }, (_, at) => at + 1);
    const bodies = await Promise.all(
      seeds.map(async (seed) => (await client.request(`${url}${seed}`)).content.read()),
    );
    expect(bodies.map((body) => sha256(body))).toEqual(
      seeds.map((seed) => sha256(patternedBytes(700_000, seed))),
    );
  });

  it.each(['HEAD', 'GET 204', 'GET 304'])(
    'takes no content-length for a body that cannot be there (%s)',
    async (which) => {
      const [method = '', status = '200'] = which.split(' ');
      const { url } = await rawServer(`HTTP/1.1 ${status} OK\r\ncontent-length: 5\r\n\r\n`);
      const { content, headers } = await makeClient({ strategy }).request(url, { method });
      expect(headers['content-length']).toBe('5');
      expect(content.expectedBytes).toBeUndefined();
      expect(await content.read()).toHaveLength(0);
      expect(content.complete).toBe(true);
    },
  );

  it('reuses the connection of a body that was read', async () => {
    const ports = new Set<number | undefined>();
    const url = await httpServer((request, response) => {
      ports.add(request.socket.remotePort);
      response.end(patternedBytes(300_000));
    });
    const client = makeClient({ strategy });
    for (let request = 0; request < 4; request++) {
      const { content } = await client.request(url);
      expect(await content.read()).toHaveLength(300_000);
      await new Promise(setImmediate);
    }
    expect(ports.size).toBe(1);
  });
});

describe('a response', () => {
  const strategy: BufferStrategy = chunkQueue;

  it('gives trailers in the objects it came with, once the body is complete', async () => {
    const { url } = await rawServer(
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 1\r\nx-sum: 2\r\n\r\n',
    );
    const { content, trailers, rawTrailers } = await makeClient({ strategy }).request(url);
    expect(await content.text()).toBe('hi');
    expect({ ...trailers }).toEqual({ 'x-sum': ['1', '2'] });
    expect(rawTrailers).toEqual(['X-Sum', '1', 'x-sum', '2']);
  });

  it('reports interim responses in order, before it settles', async () => {
    const { url } = await rawServer(
      'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi',
    );
    const seen: unknown[] = [];
    const { status, content } = await makeClient({ strategy }).request(url, {
      onInformation: ({ status, headers, rawHeaders }) => {
        seen.push([status, headers['link'], rawHeaders]);
      },
    });
    seen.push(status);
    expect(seen).toEqual([[103, '</a>', ['Link', '</a>']], [102, undefined, []], 200]);
    expect(await content.text()).toBe('hi');
  });

  it('fails with what onInformation throws', async () => {
    const { url } = await rawServer('HTTP/1.1 103 Early Hints\r\n\r\n');
    const mistake = new Error('a mistake in a callback');
    const requested = makeClient({ strategy }).request(url, {
      onInformation: () => {
        throw mistake;
      },
    });
    await expect(requested).rejects.toBe(mistake);
  });

  it('can be any status: a redirect is a result', async () => {
    const { url } = await rawServer('HTTP/1.1 302 Found\r\nlocation: /x\r\ncontent-length: 0\r\n\r\n');
    const response = await makeClient({ strategy }).request(url);
    expect(response).toMatchObject({ status: 302, headers: { location: '/x' } });
    expect(await response.content.text()).toBe('');
  });

  it('marks its content used from the first call that reads', async () => {
    const url = await httpServer((_, response) => response.end('hi'));
    const client = makeClient({ strategy });
    for (const read of ['read', 'text', 'stream'] as const) {
      const { content } = await client.request(url);
      expect(content.used).toBe(false);
      const result = content[read]();
      expect(content.used).toBe(true);
      await result;
    }
  });

  it('stops reading past maxBytes, and aborts the request', async () => {
    const server = await rawServer('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n0123456789');
    const { content } = await makeClient({ strategy }).request(server.url);
    await expect(content.read({ maxBytes: 9 })).rejects.toMatchObject({ code: 'ERR_PIPE_TOO_LARGE' });
    await socketClosed((await server.next()).socket);
  });

  it('is not affected by a reset behind its last byte [P4]', async () => {
    const server = await rawServer('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello');
    const { content } = await makeClient({ strategy }).request(server.url);
    const { socket } = await server.next();
    socket.resetAndDestroy();
    await socketClosed(socket);
    expect(await content.text()).toBe('hello');
    expect(content.complete).toBe(true);
  });
});

describe('a request', () => {
  it('sends method, path bytes and headers as given', async () => {
    const server = await rawServer('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
    const client = makeClient({ strategy: chunkQueue });
    await client.request(server.url, {
      method: 'PURGE',
      path: '//a/../b%2F?q=%zz',
      headers: ['X-One', '1', 'host', 'other.example', 'x-one', 'caf\xe9'],
    });
    const head = (await server.next()).received();
    expect(head).toMatch(/^PURGE \/\/a\/\.\.\/b%2F\?q=%zz HTTP\/1\.1\r\n/);
    expect(head).toContain('\r\nhost: other.example\r\n');
    expect(head).toContain('\r\nX-One: 1\r\nx-one: caf\xe9\r\n');
  });

  it.each<[string, RequestOptions['headers']]>([
    ['a record', { 'x-a': '1', 'x-b': ['2', '3'], 'x-c': 4, 'x-d': undefined }],
    [
      'pairs',
      [
        ['x-a', '1'],
        ['x-b', '2'],
        ['x-b', '3'],
        ['x-c', '4'],
      ],
    ],
    [
      'a Map of single values and Headers',
      new Headers([
        ['x-a', '1'],
        ['x-b', '2, 3'],
        ['x-c', '4'],
      ]),
    ],
    ['a flat list', ['x-a', '1', 'x-b', '2', 'x-b', '3', 'x-c', '4']],
  ])('takes headers as %s', async (_, headers) => {
    const url = await httpServer((request, response) => response.end(JSON.stringify(request.headers)));
    const { content } = await makeClient({ strategy: chunkQueue }).request(url, { headers: headers ?? {} });
    expect(await content.json()).toMatchObject({ 'x-a': '1', 'x-b': '2, 3', 'x-c': '4' });
  });

  it('rejects with the error of a connection that was refused, by identity of its code', async () => {
    const requested = makeClient({ strategy: chunkQueue }).request(
      `http://127.0.0.1:${await refusingPort()}/`,
    );
    await expect(requested).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('rejects when the connection ends before the headers', async () => {
    const server = await rawServer();
    const requested = makeClient({ strategy: chunkQueue }).request(server.url);
    (await server.next()).socket.end('HTTP/1.1 200 OK\r\ncontent-le');
    await expect(requested).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' });
  });

  it('rejects with the timeout that ran out while waiting for headers', async () => {
    const { url } = await rawServer();
    const requested = makeClient({ strategy: chunkQueue }).request(url, { headersTimeoutMs: 1 });
    await expect(requested).rejects.toMatchObject({ code: 'UND_ERR_HEADERS_TIMEOUT' });
  });

  it('fails the body with the timeout that ran out while waiting for more, behind what came', async () => {
    const { url } = await rawServer('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello');
    const { content } = await makeClient({ strategy: chunkQueue }).request(url, { bodyTimeoutMs: 1 });
    const reader = content.reader;
    expect(new TextDecoder().decode((await reader.read({ min: 5 })) ?? undefined)).toBe('hello');
    await expect(reader.read()).rejects.toMatchObject({ code: 'UND_ERR_BODY_TIMEOUT' });
  });
});
