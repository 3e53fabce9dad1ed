import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import tls from 'node:tls';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { demoBody } from '../src/demo/demo-body.ts';
import { everyStrategy } from './every-strategy.ts';
import { httpServer } from './http-server.ts';
import { rawExchange } from './raw-exchange.ts';
import { rawServer } from './raw-server.ts';
import { listen } from '@millrace/test-servers/listen';
import { tlsCertificate } from '@millrace/test-servers/tls-certificate';
import { ASK, atLength, echo, LENGTH, switching, tunnel, watched } from './tunnels.ts';
import { until } from './until.ts';

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

  it('is none for a client of HTTP/1.0, which is answered as if it had not asked [RFC 9110 §7.8]', async () => {
    const { url: upstream, requests } = await echo();
    const { url } = await watched(upstream);
    const answer = await rawExchange(url, ASK.replace('1.1', '1.0'));
    expect(answer).toMatch(/^HTTP\/1\.1 (?:426|501) /);
    expect(requests).toEqual([]);
  });

  it('is refused when the upstream goes on with something else', async () => {
    const other = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n';
    const { url, outcomes } = await watched(await rawServer(other));
    expect(await rawExchange(url, `${ASK}GET /ahead HTTP/1.1\r\nHost: a\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 502 /,
    );
    await until(() => outcomes.length === 1);
    expect(outcomes[0]).toMatchObject({ result: 'refused', brokenBy: 'upstream' });
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

  it('is reset for the upstream when libuv takes the reset of the client for an end [P3]', async () => {
    // As Node with the last libuv that does says it is. The one that runs this says `end` when a FIN has come first.
    const versions = { ...process.versions, uv: '1.51.0' };
    vi.spyOn(process, 'versions', 'get').mockReturnValue(versions);
    onTestFinished(() => void vi.restoreAllMocks());
    const upstreamErrors: unknown[] = [];
    const upstream = await switching((socket) => {
      socket.resume().on('error', (error: NodeJS.ErrnoException) => upstreamErrors.push(error.code));
    });
    const { url, outcomes } = await watched(upstream);
    const socket = await tunnel(url);
    socket.end('some');
    await once(socket, 'finish');
    socket.resetAndDestroy();
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
    const { url, snapshot, outcomes } = await watched(upstream);
    const socket = (await tunnel(url)).pause();
    await until(() => snapshot().then(({ slow }) => slow.producersPaused === 1));
    expect((await snapshot()).bufferedBytes).toBeLessThan(3 * 65_536);
    expect(sent).toBeGreaterThan(0);
    // What is buffered goes with a client that leaves.
    socket.resetAndDestroy();
    await until(() => outcomes.length === 1);
    expect(outcomes[0]).toMatchObject({
      result: 'broken',
      brokenBy: 'client',
      responseBody: { outcome: 'cancelled' },
    });
  });

  it.each([
    ['plain', {}],
    ['TLS', { tls: tlsCertificate }],
  ] as const)(
    'is not asked for any longer when the client ends before the answer, over %s',
    async (_, options) => {
      let asked: net.Socket | undefined;
      const upstream = http.createServer();
      upstream.on('upgrade', (_request, socket: net.Socket) => {
        asked = socket.on('error', () => {}).resume();
      });
      const { url, outcomes } = await watched(new URL(`http://127.0.0.1:${await listen(upstream)}`), options);
      const { port } = new URL(url);
      const to = { port: Number(port), host: '127.0.0.1', allowHalfOpen: true };
      const socket = 'tls' in options ? tls.connect({ ...to, rejectUnauthorized: false }) : net.connect(to);
      onTestFinished(() => void socket.destroy());
      socket.on('error', () => {}).write(ASK);
      await until(() => asked !== undefined);
      socket.end();
      await until(() => outcomes.length === 1);
      expect(outcomes[0]).toMatchObject({ result: 'broken', status: undefined, brokenBy: 'client' });
      await until(() => asked?.readableEnded === true || asked?.destroyed === true);
    },
  );

  it('that the upstream refuses is answered with its refusal', async () => {
    const upstream = await httpServer((_, response) => response.writeHead(403).end('no'));
    const { url, outcomes } = await watched(upstream);
    const answer = await rawExchange(url, ASK);
    expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
    expect(answer).toContain('no');
    await until(() => outcomes.length === 1);
    expect(outcomes[0]).toMatchObject({ result: 'whole', status: 403 });
  });

  it('that the upstream refuses at length is answered as fast as the client takes it', async () => {
    const upstream = await atLength();
    const { url, snapshot, outcomes } = await watched(upstream);
    const { hostname, port } = new URL(url);
    const socket = net.connect(Number(port), hostname);
    onTestFinished(() => void socket.destroy());
    socket.write(ASK);
    await until(() => snapshot().then(({ slow }) => slow.producersPaused === 1));
    let bytes = 0;
    for await (const chunk of socket as AsyncIterable<Buffer>) bytes += chunk.length;
    expect(bytes).toBeGreaterThan(LENGTH);
    await until(() => outcomes.length === 1);
    expect(outcomes[0]).toMatchObject({ result: 'whole', status: 200 });
  });

  it.each([
    ['an answer of the upstream', 'GET /1 HTTP/1.1\r\nHost: a\r\n\r\n', 426],
    ['a refusal', 'GET /1 HTTP/1.1\r\nHost: a\r\nExpect: the unexpected\r\n\r\n', 417],
  ])('that is asked for behind %s waits for its turn', async (_, before, status) => {
    const { url: upstream } = await echo();
    const { url } = await watched(upstream);
    const { hostname, port } = new URL(url);
    const socket = net.connect(Number(port), hostname);
    onTestFinished(() => void socket.destroy());
    const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n';
    socket.write(before + ASK.replace(/\r\n$/, `${key}\r\n`));
    let received = '';
    socket.on('data', (bytes) => {
      received += String(bytes);
    });
    await until(() => received.includes('HTTP/1.1 101'));
    expect(received.match(/HTTP\/1\.1 \d+/g)).toEqual([`HTTP/1.1 ${status}`, 'HTTP/1.1 101']);
  });

  it('that is asked for behind the last answer of a connection is none', async () => {
    const { url: upstream, requests } = await echo();
    const { url, outcomes } = await watched(upstream);
    const last = 'GET /1 HTTP/1.1\r\nHost: no host\r\n\r\n';
    expect((await rawExchange(url, last + ASK)).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400']);
    await until(() => outcomes.length === 1);
    expect(requests).toEqual([]);
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
});
