import { once } from 'node:events';
import http2 from 'node:http2';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createPipe } from '@millrace/core';
import chunkQueue from '@millrace/chunk-queue';
import { Agent } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAgent, type RequestOptions } from '../src/index.ts';
import { everyProtocol, type HandleBoth } from './every-protocol.ts';
import { everyStrategy } from './every-strategy.ts';
import { http2OverTls, type Handle } from './http2-server.ts';
import { httpServer } from './http-server.ts';
import { makeClient } from './make-client.ts';
import { patternedBytes, sha256 } from './patterned-bytes.ts';
import { rawServer } from './raw-server.ts';
import { tlsCertificate } from '@millrace/test-servers/tls-certificate';

/** Answers with what it was sent. */
const mirror: HandleBoth = async (request, response) => {
  const chunks = (await request.toArray()) as Uint8Array[];
  response.end(JSON.stringify({ sha256: sha256(...chunks), trailers: request.trailers }));
};

const post: RequestOptions = { method: 'POST' };

describe.each(everyProtocol)('request trailers over $name', ({ agent, serve }) => {
  it.each(everyStrategy)('arrive behind a body that was streamed through $name', async (strategy) => {
    const body = patternedBytes(1_000_003);
    const url = await serve(mirror);
    const { reader, writer } = createPipe(strategy);
    const sending = (async () => {
      for (let at = 0; at < body.length; at += 70_001) {
        writer.writeCopy(body.subarray(at, at + 70_001));
        await writer.ready();
      }
      writer.end();
    })();
    const { content } = await makeClient({ strategy, agent }).request(url, {
      ...post,
      body: reader,
      trailers: { 'X-Sum': '1', 'x-two': ['a', 'b'] },
    });
    await sending;
    expect(await content.json()).toEqual({
      sha256: sha256(body),
      trailers: { 'x-sum': '1', 'x-two': 'a, b' },
    });
  });

  it.each<[string, RequestOptions]>([
    ['a body in one piece', { ...post, body: 'hello' }],
    ['no body', post],
    ['a method that has none as a rule', { method: 'GET' }],
  ])('arrive behind %s', async (_, options) => {
    const url = await serve(mirror);
    const client = makeClient({ strategy: chunkQueue, agent });
    const { content } = await client.request(url, { ...options, trailers: [['x-sum', '1']] });
    expect(await content.json()).toMatchObject({ trailers: { 'x-sum': '1' } });
  });

  it('are asked for when the last byte was handed over, and not before', async () => {
    const url = await serve(mirror);
    const order: string[] = [];
    const { content } = await makeClient({ strategy: chunkQueue, agent }).request(url, {
      ...post,
      body: (async function* () {
        yield new Uint8Array(3);
        order.push('end of body');
      })(),
      trailers: async () => {
        order.push('trailers');
        return ['x-late', 'yes'];
      },
    });
    expect(await content.json()).toMatchObject({ trailers: { 'x-late': 'yes' } });
    expect(order).toEqual(['end of body', 'trailers']);
  });

  it('that fail, fail the request, and its server never sees it whole', async () => {
    let whole = 0;
    let isSeen: () => void = () => {};
    const seen = new Promise<void>((resolve) => {
      isSeen = resolve;
    });
    let isLost: () => void = () => {};
    const lost = new Promise<void>((resolve) => {
      isLost = resolve;
    });
    const url = await serve((request) => {
      request.on('error', () => {}).on('close', isLost);
      // Node's HTTP/2 requests end in any case, and say that they were aborted besides.
      request.on('data', isSeen).on('end', () => (whole += request.aborted ? 0 : 1));
    });
    const broken = new Error('no sum');
    const requested = makeClient({ strategy: chunkQueue, agent }).request(url, {
      ...post,
      body: 'hello',
      trailers: async () => {
        await seen;
        throw broken;
      },
    });
    await expect(requested).rejects.toBe(broken);
    await lost;
    expect(whole).toBe(0);
  });
});

describe('request trailers', () => {
  it.each<[string, RequestOptions]>([
    ['of which one frames the message', { trailers: { 'Content-Length': '5' } }],
    ['of which one routes it', { trailers: ['host', 'elsewhere'] }],
    ['of which one has no token for a name', { trailers: { 'a b': 'c' } }],
    ['of which one has a line break', { trailers: () => ({ a: 'b\r\nc: d' }) }],
    ['behind a declared length', { headers: { 'content-length': 5 }, trailers: { 'x-sum': '1' } }],
  ])('%s are refused with ERR_PIPE_ARGUMENT', async (_, options) => {
    const { url } = await rawServer();
    const requested = makeClient({ strategy: chunkQueue }).request(url, {
      ...post,
      body: 'hello',
      ...options,
    });
    await expect(requested).rejects.toMatchObject({ code: 'ERR_PIPE_ARGUMENT' });
  });

  it('go through interceptors, but not through an agent that would drop them', async () => {
    const url = await httpServer(mirror);
    const guarded = createAgent();
    const foreign = new Agent();
    onTestFinished(() => Promise.all([guarded.destroy(), foreign.destroy()]).then(() => {}));
    const composed = guarded.compose((dispatch) => (options, handler) => dispatch(options, handler));
    const options = { ...post, body: 'hello', trailers: { 'x-sum': '1' } };
    const { content } = await makeClient({ strategy: chunkQueue, dispatcher: composed }).request(
      url,
      options,
    );
    expect(await content.json()).toMatchObject({ trailers: { 'x-sum': '1' } });
    await expect(
      makeClient({ strategy: chunkQueue, dispatcher: foreign }).request(url, options),
    ).rejects.toMatchObject({ code: 'ERR_PIPE_ARGUMENT' });
  });
});

describe('request trailers to a server that stops speaking HTTP/2', () => {
  it('fail while that is news, and arrive by HTTP/1.1 from then on', async () => {
    const connections: Socket[] = [];
    const modern = http2.createSecureServer({ ...tlsCertificate }, mirror as unknown as Handle);
    modern.on('secureConnection', (socket) => connections.push(socket)).listen(0, '127.0.0.1');
    await once(modern, 'listening');
    const { port } = modern.address() as AddressInfo;
    const client = makeClient({ strategy: chunkQueue, agent: http2OverTls });
    const request = () =>
      client
        .request(`https://127.0.0.1:${port}/`, { ...post, body: 'hello', trailers: { 'x-sum': '1' } })
        .then(({ content }) => content.json());
    expect(await request()).toMatchObject({ trailers: { 'x-sum': '1' } });

    const closed = once(modern, 'close');
    modern.close();
    for (const socket of connections) socket.destroy();
    await closed;
    const old = https.createServer({ ...tlsCertificate }, mirror).listen(port, '127.0.0.1');
    await once(old, 'listening');
    onTestFinished(async () => {
      old.close();
      old.closeAllConnections();
      await once(old, 'close');
    });
    let answer: unknown;
    for (let attempt = 0; attempt < 3 && answer === undefined; attempt++) {
      // Until the agent has seen its session close, a request may still go there. None loses its trailers.
      answer = await request().catch(() => undefined);
    }
    expect(answer).toMatchObject({ trailers: { 'x-sum': '1' } });
  });
});
