import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { tlsCertificate } from '@millrace/test-servers/tls-certificate';
import type { ClientLimits } from '../src/limits/client-limits.ts';
import type { ExchangeOutcome } from '../src/relay/exchange-outcome.ts';
import { download, get } from './download.ts';
import { http2Request, http2Session } from './http2-client.ts';
import { httpServer } from './http-server.ts';
import { rawExchange } from './raw-exchange.ts';
import { rawServer } from './raw-server.ts';
import { startProxy } from './start-proxy.ts';
import { until } from './until.ts';

async function watched(upstream: URL, highWaterMark?: number, limits?: ClientLimits) {
  const outcomes: ExchangeOutcome[] = [];
  const proxy = await startProxy(upstream, {
    onExchange: (outcome) => outcomes.push(outcome),
    ...(highWaterMark === undefined ? undefined : { highWaterMark }),
    ...(limits === undefined ? undefined : { limits }),
  });
  const next = async (): Promise<ExchangeOutcome> => {
    await until(() => outcomes.length > 0);
    return outcomes.shift() as ExchangeOutcome;
  };
  return { ...proxy, outcomes, next };
}

describe('how an exchange went', () => {
  it('is said once: whole, with the bytes of both bodies and how long it took', async () => {
    const upstream = await httpServer((request, response) => {
      request.resume().on('end', () => response.writeHead(201).end('created'));
    });
    const { url, outcomes, next } = await watched(upstream);
    const response = await fetch(`${url}/a?b`, { method: 'POST', body: 'body' });
    await response.text();
    const outcome = await next();
    expect(outcome).toMatchObject({
      request: { method: 'POST', target: '/a?b', httpVersion: '1.1', peerAddress: '127.0.0.1' },
      result: 'whole',
      status: 201,
      brokenBy: undefined,
      reason: undefined,
      upstream: upstream.origin,
      requestBody: { outcome: 'ended', written: 4, delivered: 4, discarded: 0 },
      responseBody: { outcome: 'ended', written: 7, delivered: 7, discarded: 0 },
    });
    expect(outcome.durationMs).toBeGreaterThanOrEqual(outcome.answeredAfterMs as number);
    expect(outcomes).toEqual([]);
  });

  it('has no body where there is none, and is whole for an answer to HEAD', async () => {
    const { url, next } = await watched(await httpServer((_, response) => response.end('body')));
    await fetch(url, { method: 'HEAD' });
    expect(await next()).toMatchObject({
      result: 'whole',
      status: 200,
      requestBody: undefined,
      responseBody: undefined,
    });
  });

  it('is refused by the client whose request is none', async () => {
    const { url, next } = await watched(await httpServer((_, response) => response.end()));
    await rawExchange(url, 'GET / HTTP/1.1\r\nhost: a b\r\n\r\n');
    expect(await next()).toMatchObject({
      result: 'refused',
      status: 400,
      brokenBy: 'client',
      upstream: undefined,
      answeredAfterMs: undefined,
    });
  });

  it('is refused by the upstream that answers no HTTP', async () => {
    const { url, next } = await watched(await rawServer('SSH-2.0-OpenSSH\r\n'));
    expect((await fetch(url)).status).toBe(502);
    expect(await next()).toMatchObject({ result: 'refused', status: 502, brokenBy: 'upstream' });
  });

  it('is broken by the upstream that breaks its answer off, with the bytes that came', async () => {
    const upstream = await httpServer((_, response) => {
      response.writeHead(200, { 'content-length': 10 }).write('half', () => response.destroy());
    });
    const { url, next } = await watched(upstream);
    await expect(download(url)).rejects.toMatchObject({ code: 'ECONNRESET' });
    const outcome = await next();
    expect(outcome).toMatchObject({
      result: 'broken',
      status: 200,
      brokenBy: 'upstream',
      responseBody: { outcome: 'failed', written: 4 },
    });
    expect(outcome.reason).toBe(outcome.responseBody?.reason);
  });

  it('is broken by the client that leaves during a download, and says what was discarded', async () => {
    const upstream = await httpServer((_, response) => {
      response.on('error', () => {});
      const pump = (): void => {
        while (response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', pump);
      pump();
    });
    const { url, next, snapshot } = await watched(upstream, 262_144);
    const response = await get(url);
    response.on('error', () => {}).pause();
    // More than the piece that is being written, which counts as delivered.
    await until(async () => (await snapshot()).bufferedBytes > 131_072);
    response.destroy();
    const { result, brokenBy, responseBody } = await next();
    expect([result, brokenBy, responseBody?.outcome]).toEqual(['broken', 'client', 'cancelled']);
    expect(responseBody?.discarded).toBeGreaterThan(0);
    expect(responseBody?.written).toBe((responseBody?.delivered ?? 0) + (responseBody?.discarded ?? 0));
  });

  it('is broken by the client that breaks its upload off', async () => {
    const upstream = await httpServer((request) => void request.on('error', () => {}).resume());
    const { url, next, snapshot } = await watched(upstream);
    const request = http.request(url, { method: 'POST', headers: { 'content-length': 10 } });
    request.on('error', () => {}).write('half');
    await until(async () => (await snapshot()).bytes.requestsIn === 4);
    request.destroy();
    expect(await next()).toMatchObject({
      result: 'broken',
      status: undefined,
      brokenBy: 'client',
      requestBody: { outcome: 'failed', written: 4, delivered: 4 },
    });
  });

  it.each([
    ['breaks it off', (socket: net.Socket) => void socket.destroy()],
    ['sends what is no chunk of it', (socket: net.Socket) => void socket.write('no chunk\r\n')],
    ['sends more of it than it may', (socket: net.Socket) => void socket.write('2\r\nyz\r\n')],
  ])('is broken by the client that %s while its request body is answered', async (_, breakOff) => {
    const upstream = await httpServer((request, response) => {
      request.on('error', () => {}).resume();
      response.on('error', () => {}).write('first');
    });
    const { url, next } = await watched(upstream, 65_536, { idleTimeoutMs: 0, maxRequestBytes: 2 });
    const { hostname, port } = new URL(url);
    const socket = net.connect(Number(port), hostname);
    onTestFinished(() => void socket.destroy());
    socket.write(`POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n`);
    let received = '';
    socket.on('error', () => {}).on('data', (bytes) => void (received += String(bytes)));
    await until(() => received.includes('first'));
    breakOff(socket);
    const outcome = await next();
    expect(outcome).toMatchObject({ result: 'broken', status: 200, brokenBy: 'client' });
    expect(outcome.requestBody).toMatchObject({ outcome: 'failed' });
  });

  it.each(['HTTP/1.1', 'HTTP/2'])(
    'is broken by the client that takes nothing of its answer for too long, over %s, and over',
    async (version) => {
      const upstream = await httpServer((_, response) => {
        response.on('error', () => {}).write(Buffer.alloc(32 * 1024 * 1024));
      });
      const limits = { idleTimeoutMs: 20 };
      const outcomes: ExchangeOutcome[] = [];
      const onExchange = (outcome: ExchangeOutcome): void => void outcomes.push(outcome);
      const tls = version === 'HTTP/2' ? { tls: tlsCertificate } : undefined;
      const { url, server } = await startProxy(upstream, { limits, onExchange, ...tls });
      if (tls === undefined) {
        const response = await get(url);
        response.on('error', () => {}).pause();
      } else {
        http2Request(http2Session(url)).pause();
      }
      await until(() => outcomes.length > 0, Infinity);
      const reason: unknown = expect.objectContaining({ code: 'ERR_PIPE_TIMEOUT', side: 'consumer' });
      expect(outcomes).toMatchObject([{ result: 'broken', status: 200, brokenBy: 'client', reason }]);
      expect(outcomes[0]?.responseBody?.outcome).toBe('cancelled');
      expect(server.exchanges).toBe(0);
    },
  );

  it('is over when its client takes nothing of a refusal either, over HTTP/2', async () => {
    const setTimer = vi.spyOn(globalThis, 'setTimeout');
    onTestFinished(() => setTimer.mockRestore());
    const upstream = await httpServer((_, response) => response.end());
    const outcomes: ExchangeOutcome[] = [];
    const onExchange = (outcome: ExchangeOutcome): void => void outcomes.push(outcome);
    const { url } = await startProxy(upstream, { onExchange, tls: tlsCertificate });
    const session = http2Session(url);
    session.settings({ initialWindowSize: 0 });
    await once(session, 'localSettings');
    const stream = http2Request(session, { expect: 'a miracle' });
    await once(stream, 'response');
    const look = setTimer.mock.calls.find(([, delayMs]) => delayMs === 30_000)?.[0];
    for (let looks = 0; looks < 2; looks++) look?.();
    await until(() => outcomes.length > 0);
    expect(outcomes).toMatchObject([{ result: 'refused', status: 417, brokenBy: 'client' }]);
    await until(() => stream.closed);
    expect(stream.rstCode).not.toBe(0);
  });

  it('is not broken while its upstream is what is waited for, over HTTP/2', async () => {
    const setTimer = vi.spyOn(globalThis, 'setTimeout');
    onTestFinished(() => setTimer.mockRestore());
    let finish!: () => void;
    const upstream = await httpServer((_, response) => {
      response.write('first');
      finish = () => response.end('second');
    });
    const { url } = await startProxy(upstream, { limits: { idleTimeoutMs: 54_321 }, tls: tlsCertificate });
    const stream = http2Request(http2Session(url));
    let received = '';
    stream.on('data', (bytes) => void (received += String(bytes)));
    await until(() => received === 'first');
    const look = setTimer.mock.calls.find(([, delayMs]) => delayMs === 54_321)?.[0];
    for (let looks = 0; looks < 3; looks++) look?.();
    finish();
    await once(stream, 'close');
    expect([look, received, stream.rstCode]).toEqual([expect.any(Function), 'firstsecond', 0]);
  });

  it('is broken by the proxy that stops', async () => {
    const { url, next, server } = await watched(
      await httpServer((_, response) => response.writeHead(200).write('a')),
    );
    const response = await get(url);
    response.on('error', () => {}).resume();
    expect(await server.drain(0)).toBe(1);
    expect(await next()).toMatchObject({ result: 'broken', status: 200, brokenBy: 'proxy' });
  });

  it('is said for every request of a client that sends them all at once and leaves', async () => {
    let reached = 0;
    const upstream = await httpServer(() => {
      reached += 1;
    });
    const { url, outcomes, snapshot } = await watched(upstream);
    const { hostname, port } = new URL(url);
    const socket = net.connect(Number(port), hostname);
    onTestFinished(() => void socket.destroy());
    socket.write('GET /1 HTTP/1.1\r\nhost: a\r\n\r\nGET /2 HTTP/1.1\r\nhost: a\r\n\r\n');
    await until(() => reached === 2);
    socket.destroy();
    await once(socket, 'close');
    await until(() => outcomes.length === 2);
    expect(outcomes.map(({ result, brokenBy }) => [result, brokenBy])).toEqual([
      ['broken', 'client'],
      ['broken', 'client'],
    ]);
    expect((await snapshot()).open).toEqual({ requests: 0, responses: 0 });
  });
});
