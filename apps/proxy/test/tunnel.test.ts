import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { demoBody } from '../src/demo/demo-body.ts';
import type { ExchangeOutcome } from '../src/relay/exchange-outcome.ts';
import { everyStrategy } from './every-strategy.ts';
import { httpServer } from './http-server.ts';
import { rawExchange } from './raw-exchange.ts';
import { startProxy, type StartOptions } from './start-proxy.ts';
import { tlsCertificate } from './tls-certificate.ts';
import { until } from './until.ts';

async function watched(upstream: URL, options: StartOptions = {}) {
  const outcomes: ExchangeOutcome[] = [];
  const onExchange = (outcome: ExchangeOutcome): void => void outcomes.push(outcome);
  const proxy = await startProxy(upstream, { onExchange, ...options });
  return { ...proxy, outcomes };
}

/** A WebSocket server that sends every message back, and the requests that asked for it. */
async function echo(): Promise<{ url: URL; requests: http.IncomingMessage[] }> {
  const requests: http.IncomingMessage[] = [];
  const url = await httpServer((_, response) => response.writeHead(426).end('WebSocket only'));
  const server = new WebSocketServer({ noServer: true });
  const upstream = http.createServer((_, response) => response.writeHead(426).end('WebSocket only'));
  upstream.on('upgrade', (request, socket, head) => {
    requests.push(request);
    server.handleUpgrade(request, socket, head, (client) => {
      client.on('message', (message, isBinary) => client.send(message, { binary: isBinary }));
    });
  });
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  onTestFinished(() => {
    for (const client of server.clients) client.terminate();
    upstream.close();
  });
  url.port = String((upstream.address() as AddressInfo).port);
  return { url, requests };
}

/** An upstream that speaks no WebSocket but bytes, once it has switched. */
async function switching(serve: (socket: net.Socket) => void): Promise<URL> {
  const upstream = http.createServer();
  const sockets = new Set<net.Socket>();
  upstream.on('upgrade', (_, socket: net.Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    serve(socket);
  });
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    upstream.close();
  });
  return new URL(`http://127.0.0.1:${(upstream.address() as AddressInfo).port}`);
}

const ASK = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';

/** Asks for a tunnel, and what follows it at once. @param ahead Sent together with the request. */
async function tunnel(url: string, ahead = ''): Promise<net.Socket> {
  const { hostname, port } = new URL(url);
  const socket = net.connect({ port: Number(port), host: hostname, allowHalfOpen: true });
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  socket.write(ASK + ahead);
  let head = '';
  for (;;) {
    await once(socket, 'readable');
    head += String(socket.read() ?? '');
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) continue;
    expect(head).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
    socket.unshift(head.slice(end + 4));
    return socket;
  }
}

describe.each(everyStrategy)('a WebSocket through $name', (strategy) => {
  it.each([
    ['plain', {}, 'ws:'],
    ['TLS', { tls: tlsCertificate }, 'wss:'],
  ] as const)('brings messages of all sizes there and back, over %s', async (_, options, protocol) => {
    const { url: upstream, requests } = await echo();
    const { url, outcomes, snapshot } = await watched(upstream, { strategy, ...options });
    const client = new WebSocket(`${protocol}//${new URL(url).host}/chat?x`, ['v1'], {
      rejectUnauthorized: false,
    });
    await once(client, 'open');
    for (const size of [0, 1, 125, 70_000, 2_000_000]) {
      const message = Buffer.concat([...demoBody(size)]);
      client.send(message);
      const [answer] = (await once(client, 'message')) as [Buffer];
      expect(answer.equals(message)).toBe(true);
    }
    client.close(1000);
    await once(client, 'close');
    await until(() => outcomes.length === 1);
    expect(outcomes[0]).toMatchObject({
      result: 'whole',
      status: 101,
      requestBody: { outcome: 'ended', discarded: 0 },
      responseBody: { outcome: 'ended', discarded: 0 },
    });
    expect((await snapshot()).open).toEqual({ requests: 0, responses: 0 });
    expect(requests[0]).toMatchObject({
      url: '/chat?x',
      headers: { 'sec-websocket-protocol': 'v1', 'x-forwarded-for': '127.0.0.1', via: '1.1 millrace' },
    });
  });
});

describe('a tunnel', () => {
  it('begins with what the client has sent ahead', async () => {
    const upstream = await switching((socket) => void socket.pipe(socket));
    const { url } = await watched(upstream);
    const socket = await tunnel(url, 'ahead');
    expect(String((await once(socket, 'data'))[0])).toBe('ahead');
  });

  it('ends in one direction at a time', async () => {
    const upstream = await switching((socket) => {
      socket.once('end', () => socket.end('got your end'));
      socket.resume();
    });
    const { url, outcomes } = await watched(upstream);
    const socket = await tunnel(url);
    socket.end('last');
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    expect(text).toBe('got your end');
    await until(() => outcomes.length === 1);
    expect(outcomes[0]).toMatchObject({ result: 'whole', requestBody: { delivered: 4 } });
  });

  it('is reset for the client when the upstream resets it [P3]', async () => {
    const upstream = await switching((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const { url, outcomes } = await watched(upstream);
    const socket = await tunnel(url);
    socket.resume().write('now');
    await expect(once(socket, 'close')).rejects.toMatchObject({ code: 'ECONNRESET' });
    await until(() => outcomes.length === 1);
    expect(outcomes[0]).toMatchObject({ result: 'broken', status: 101, brokenBy: 'upstream' });
  });

  it('is reset for the upstream when the client resets it [P3]', async () => {
    const upstreamErrors: unknown[] = [];
    const upstream = await switching((socket) => {
      socket.resume().on('error', (error: NodeJS.ErrnoException) => upstreamErrors.push(error.code));
    });
    const { url, outcomes } = await watched(upstream);
    (await tunnel(url)).resetAndDestroy();
    await until(() => outcomes.length === 1 && upstreamErrors.length === 1);
    expect(upstreamErrors).toEqual(['ECONNRESET']);
    expect(outcomes[0]).toMatchObject({ result: 'broken', brokenBy: 'client' });
  });

  it('holds back whoever sends faster than the other side takes, and buffers little', async () => {
    let sent = 0;
    const upstream = await switching((socket) => {
      const pump = (): void => {
        do sent += 65_536;
        while (socket.write(Buffer.alloc(65_536)));
      };
      socket.on('drain', pump);
      pump();
    });
    const { url, snapshot } = await watched(upstream);
    (await tunnel(url)).pause();
    await until(() => snapshot().then(({ slow }) => slow.producersPaused === 1));
    expect((await snapshot()).bufferedBytes).toBeLessThan(3 * 65_536);
    expect(sent).toBeGreaterThan(0);
  });

  it('that the upstream refuses is answered with its refusal', async () => {
    const upstream = await httpServer((_, response) => response.writeHead(403).end('no'));
    const { url, outcomes } = await watched(upstream);
    const answer = await rawExchange(url, ASK);
    expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
    expect(answer).toContain('no');
    await until(() => outcomes.length === 1);
    expect(outcomes[0]).toMatchObject({ result: 'whole', status: 403 });
  });

  it('to an upstream that is gone is a 502', async () => {
    const upstream = await httpServer((request) => void request.socket.destroy());
    const { url } = await watched(upstream);
    expect(await rawExchange(url, ASK)).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\n/);
  });

  it('is cut off by a drain at its deadline', async () => {
    const upstream = await switching((socket) => void socket.pipe(socket));
    const { url, server, outcomes } = await watched(upstream);
    const socket = await tunnel(url);
    socket.resume();
    expect(await server.drain(0)).toBe(1);
    await until(() => socket.closed);
    expect(socket.errored).toMatchObject({ code: 'ECONNRESET' });
    await until(() => outcomes.length === 1);
    expect(outcomes[0]).toMatchObject({ result: 'broken', brokenBy: 'proxy' });
  });

  it('is not made for CONNECT', async () => {
    const { url } = await watched(await httpServer((_, response) => void response.end()));
    const answer = await rawExchange(url, 'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 501 Not Implemented\r\n/);
  });
});
