import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { createPipe } from '@millrace/core';
import chunkQueue from '@millrace/chunk-queue';
import { cookie } from 'http-cookie-agent/undici';
import type { Dispatcher } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAgent, interceptors, type AgentOptions, type Client } from '../src/index.ts';
import { everyProtocol } from './every-protocol.ts';
import { everyStrategy } from './every-strategy.ts';
import { everyWayOfCollecting } from './every-way-of-reading.ts';
import { httpServer } from './http-server.ts';
import { makeClient } from './make-client.ts';
import { patternedBytes, sha256 } from './patterned-bytes.ts';
import { rawServer } from './raw-server.ts';
import { refusingPort } from '@millrace/test-servers/refusing-port';

/** As http-cookie-agent has it, whose types are CommonJS. */
const { CookieJar } = createRequire(import.meta.url)('tough-cookie') as typeof import('tough-cookie', {
  with: { 'resolution-mode': 'require' },
});

type Interceptor = Dispatcher.DispatcherComposeInterceptor;

/** A client over a guarded agent with interceptors, the first of them next to the connection. */
function composed(
  composition: Interceptor[],
  { strategy = chunkQueue, agent = {} }: { strategy?: typeof chunkQueue; agent?: AgentOptions } = {},
): Client {
  const guarded = createAgent(agent);
  onTestFinished(() => guarded.destroy());
  return makeClient({ strategy, dispatcher: guarded.compose(...composition) });
}

/** Text that gzip makes much smaller, so that a little of it is much. */
const text = JSON.stringify(Array.from({ length: 30_000 }, (_, at) => `line ${at % 997} of the text`));

/** What a server reads of a request; nothing when it breaks off. */
async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  return Buffer.concat((await request.toArray().catch(() => [])) as Uint8Array[]);
}

function gzipped(response: ServerResponse, body: Uint8Array | string): void {
  response.setHeader('content-encoding', 'gzip');
  response.end(body);
}

describe.each(everyProtocol)('decompression over $name', ({ agent, serve }) => {
  it.each(everyStrategy)(
    'gives the bytes, and says no more that they are compressed, through $name',
    async (strategy) => {
      const url = await serve((request, response) => {
        const [coding, body] =
          request.url === '/br' ? ['br', brotliCompressSync(text)] : ['gzip', gzipSync(text)];
        response.setHeader('content-encoding', coding);
        response.setHeader('content-length', body.length);
        response.setHeader('etag', '"as it is"');
        response.end(body);
      });
      const client = composed([interceptors.decompress()], { strategy, agent });
      for (const path of ['gzip', 'br']) {
        const { content, headers, rawHeaders } = await client.request(url + path);
        expect(headers).toMatchObject({ etag: '"as it is"' });
        expect(headers).not.toHaveProperty('content-encoding');
        expect(rawHeaders.join(' ').toLowerCase()).not.toContain('content-encoding');
        expect(content.expectedBytes).toBeUndefined();
        let received = '';
        const decoder = new TextDecoder();
        for await (const chunk of content.stream()) {
          received += decoder.decode(chunk, { stream: true });
          await new Promise(setImmediate);
        }
        expect(received).toBe(text);
        expect(content.complete).toBe(true);
      }
    },
  );

  it.each(Object.entries(everyWayOfCollecting))(
    'of a body that was cut before it was framed is an error (%s) [P3]',
    async (_, read) => {
      const body = gzipSync(text);
      const url = await serve((_request, response) => {
        response.setHeader('content-encoding', 'gzip');
        // Whole, as far as HTTP can tell.
        response.end(body.subarray(0, body.length - 20));
      });
      const { content } = await composed([interceptors.decompress()], { agent }).request(url);
      await expect(read(content, () => {})).rejects.toMatchObject({ code: 'Z_BUF_ERROR' });
      expect(content.complete).toBe(false);
    },
  );

  it('of bytes that are no gzip is an error', async () => {
    const url = await serve((_, response) => gzipped(response, 'plain text'));
    const { content } = await composed([interceptors.decompress()], { agent }).request(url);
    await expect(content.text()).rejects.toMatchObject({ code: 'Z_DATA_ERROR' });
  });

  it('stops at maxBytes, which counts what comes out', async () => {
    const url = await serve((_, response) => {
      gzipped(response, gzipSync(Buffer.alloc(10_000_000)));
    });
    const { content } = await composed([interceptors.decompress()], { agent }).request(url, {
      maxBytes: 1_000_000,
    });
    await expect(content.read()).rejects.toMatchObject({ code: 'ERR_PIPE_TOO_LARGE' });
  });

  it('holds no more than the marks while nobody reads', async () => {
    const url = await serve((_, response) => {
      gzipped(response, gzipSync(Buffer.alloc(10_000_000)));
    });
    const { content } = await composed([interceptors.decompress()], { agent }).request(url);
    await content.reader.peek(1);
    for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
    expect(content.reader.size).toBeLessThanOrEqual(64 * 1024 + 64 * 1024);
    expect(await content.read()).toHaveLength(10_000_000);
  });
});

describe('decompression', () => {
  it('of a body that its connection cuts off is an error', async () => {
    const body = gzipSync(text).toString('latin1');
    const server = await rawServer(
      `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\nconnection: close\r\n\r\n${body}`,
    );
    const { content } = await composed([interceptors.decompress()]).request(server.url);
    await content.reader.peek(1);
    (await server.next()).socket.resetAndDestroy();
    await expect(content.text()).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});

describe.each(everyProtocol)('redirects over $name', ({ agent, serve }) => {
  it('are followed, without credentials to another origin', async () => {
    const secrets = { authorization: 'Bearer secret', cookie: 'a=secret', 'x-mine': 'kept' };
    const seen: unknown[] = [];
    const elsewhere = await serve((request, response) => {
      const { authorization, cookie: cookies, 'x-mine': mine } = request.headers;
      seen.push({ authorization, cookie: cookies, mine });
      response.end('elsewhere');
    });
    const origin = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.statusCode = 302;
      response.setHeader('location', request.url === '/' ? '/again' : elsewhere);
      response.end('moved');
    });
    const client = composed([interceptors.redirect({ maxRedirections: 3 })], { agent });
    const { content } = await client.request(origin, { headers: secrets });
    expect(await content.text()).toBe('elsewhere');
    expect(seen).toEqual(['Bearer secret', 'Bearer secret', { mine: 'kept' }]);
  });

  it('that would need a body again that was read are an error: it is never sent twice', async () => {
    const bodies: number[] = [];
    const url = await serve(async (request, response) => {
      bodies.push((await bytesOf(request)).length);
      response.statusCode = 307;
      response.setHeader('location', '/again');
      response.end();
    });
    const client = composed([interceptors.redirect({ maxRedirections: 3 })], { agent });
    const { reader, writer } = createPipe(chunkQueue);
    writer.writeCopy(new Uint8Array(5));
    writer.end();
    const requested = client.request(url, { method: 'POST', body: reader });
    await expect(requested).rejects.toMatchObject({ code: 'ERR_PIPE_STATE' });
    expect(bodies).toEqual([5]);
  });

  it('to GET leave trailers and the question for 100 behind with the body', async () => {
    const url = await serve(
      (request, response) =>
        response.end(`${request.method} ${request.headers.expect} ${request.headers.trailer}`),
      (request, response) => {
        response.statusCode = 303;
        response.setHeader('location', '/see');
        response.end();
        request.resume();
      },
    );
    const client = composed([interceptors.redirect({ maxRedirections: 3 })], { agent });
    const { content } = await client.request(url, {
      method: 'POST',
      body: 'hello',
      expectContinue: true,
      trailers: { 'x-sum': '1' },
    });
    expect(await content.text()).toBe('GET undefined undefined');
  });
});

describe.each(everyProtocol)('retries over $name', ({ agent, serve }) => {
  const retry = interceptors.retry({ minTimeout: 1, maxRetries: 3 });

  it.each(['GET', 'PUT'])('of %s that was refused come to an answer', async (method) => {
    let requests = 0;
    const url = await serve((request, response) => {
      response.statusCode = ++requests < 3 ? 503 : 200;
      request.resume().on('end', () => response.end(`after ${requests}`));
    });
    const { content } = await composed([retry], { agent }).request(url, {
      method,
      ...(method === 'PUT' ? { body: 'hello' } : undefined),
    });
    expect(await content.text()).toBe('after 3');
  });

  it.each(['whole', 'in part'])('never send a stream again that was read %s', async (howMuch) => {
    const bodies: number[] = [];
    const url = await serve(async (request, response) => {
      request.on('error', () => {});
      if (howMuch === 'in part') {
        // Over HTTP/2 this resets the stream alone.
        request.once('data', () => request.socket.destroy());
        request.on('end', () => bodies.push(request.aborted ? -1 : 0));
        return;
      }
      bodies.push((await bytesOf(request)).length);
      response.statusCode = 503;
      response.end('busy');
    });
    const { reader, writer } = createPipe(chunkQueue);
    writer.writeCopy(new Uint8Array(5));
    if (howMuch === 'whole') writer.end();
    const always = interceptors.retry({
      minTimeout: 1,
      errorCodes: ['ECONNRESET', 'UND_ERR_SOCKET', 'UND_ERR_INFO'],
    });
    const requested = composed([always], { agent }).request(url, { method: 'PUT', body: reader });
    await expect(requested).rejects.toMatchObject({ code: 'ERR_PIPE_STATE' });
    expect(bodies.filter((length) => length >= 0)).toEqual(howMuch === 'whole' ? [5] : []);
    expect(await writer.closed).toMatchObject({ outcome: howMuch === 'whole' ? 'ended' : 'cancelled' });
  });

  it('send a stream that was not read yet, when the first server was not there', async () => {
    const url = await serve(async (request, response) => {
      response.end(await bytesOf(request));
    });
    const refusing = `http://127.0.0.1:${await refusingPort()}/`;
    let attempts = 0;
    const elsewhere: Interceptor = (dispatch) => (options, handler) =>
      dispatch({ ...options, origin: new URL(attempts++ === 0 ? refusing : url).origin }, handler);
    const { reader, writer } = createPipe(chunkQueue);
    writer.writeCopy(new TextEncoder().encode('hello'));
    writer.end();
    const { content } = await composed([elsewhere, retry], { agent }).request(url, {
      method: 'PUT',
      body: reader,
    });
    expect(await content.text()).toBe('hello');
    expect(attempts).toBe(2);
  });
});

describe('retries', () => {
  it('take a body up where it broke off, byte for byte, or fail', async () => {
    const body = patternedBytes(1_000_000);
    let requests = 0;
    const url = await httpServer((request, response) => {
      const range = /^bytes=(\d+)-/.exec(request.headers.range ?? '');
      const start = Number(range?.[1] ?? 0);
      response.setHeader('etag', '"one"').setHeader('content-length', body.length - start);
      if (range !== null) {
        response.statusCode = 206;
        response.setHeader('content-range', `bytes ${start}-${body.length - 1}/${body.length}`);
      }
      if (++requests > 2) response.end(body.subarray(start));
      else response.write(body.subarray(start, start + 300_000), () => request.socket.resetAndDestroy());
    });
    const client = composed([interceptors.retry({ minTimeout: 1, maxRetries: 3 })]);
    const { content } = await client.request(url);
    expect(sha256(await content.read())).toBe(sha256(body));
    expect(requests).toBe(3);

    requests = -10;
    await expect(client.request(url).then((response) => response.content.read())).rejects.toBeInstanceOf(
      Error,
    );
  });
});

describe('cookies', () => {
  it('are kept in a jar and sent back to whom they belong, across redirects', async () => {
    const seen: (string | undefined)[] = [];
    const url = await httpServer((request, response) => {
      // An empty jar sends an empty header.
      seen.push(request.headers.cookie || undefined);
      if (request.url === '/') response.setHeader('set-cookie', ['a=1', 'b=2; Path=/elsewhere']);
      if (request.url === '/') response.writeHead(302, { location: '/home' });
      response.end('hello');
    });
    const jar = new CookieJar();
    const client = composed([cookie({ jar }), interceptors.redirect({ maxRedirections: 3 })]);
    expect(await (await client.request(url)).content.text()).toBe('hello');
    await (await client.request(`${url}elsewhere`)).content.text();
    expect(seen).toEqual([undefined, 'a=1', 'b=2; a=1']);
  });
});

describe('all of them together', () => {
  it.each(everyStrategy)('compose, through $name', async (strategy) => {
    let requests = 0;
    const url = await httpServer((request, response) => {
      requests++;
      if (request.url === '/') response.writeHead(302, { location: '/home', 'set-cookie': 'a=1' }).end();
      else if (requests === 2) response.writeHead(503).end();
      else gzipped(response, gzipSync(`${text} ${request.headers.cookie}`));
    });
    const client = composed(
      [
        cookie({ jar: new CookieJar() }),
        interceptors.retry({ minTimeout: 1 }),
        interceptors.redirect({ maxRedirections: 3 }),
        interceptors.decompress(),
      ],
      { strategy },
    );
    const { content } = await client.request(url);
    expect(await content.text()).toBe(`${text} a=1`);
  });
});
