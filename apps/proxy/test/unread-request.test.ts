import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import tls from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { tlsCertificate } from '@millrace/test-servers/tls-certificate';
import type { ExchangeOutcome } from '../src/relay/exchange-outcome.ts';
import { httpServer } from './http-server.ts';
import { rawExchange } from './raw-exchange.ts';
import { startProxy, type StartOptions } from './start-proxy.ts';
import { until } from './until.ts';

const HEADERS_TIMEOUT_MS = 20;

/** A proxy that tells how each exchange went, in front of an upstream that answers when it has the whole request. */
async function watched(options: StartOptions = {}) {
  const outcomes: ExchangeOutcome[] = [];
  let reached = 0;
  const held: http.ServerResponse[] = [];
  const upstream = await httpServer((request, response) => {
    reached += 1;
    request.on('error', () => {});
    if (request.url === '/held') held.push(response);
    else request.resume().on('end', () => response.end('ok'));
  });
  const onExchange = (outcome: ExchangeOutcome): void => void outcomes.push(outcome);
  const { url } = await startProxy(upstream, { onExchange, ...options });
  return { url, outcomes, held, reached: () => reached };
}

function connectTo(url: string): { socket: net.Socket; received: () => string } {
  const { hostname, port } = new URL(url);
  const socket = net.connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  let received = '';
  socket.on('error', () => {}).on('data', (bytes) => void (received += bytes.toString('latin1')));
  return { socket, received: () => received };
}

const statusesOf = (received: string): string[] => received.match(/(?<=HTTP\/1\.1 )\d+/g) ?? [];

describe('what Node would refuse by itself', () => {
  it.each([
    ['no Host', 'GET /a HTTP/1.1\r\n\r\n', 400, /^The request names no host\.$/, 'GET /a'],
    [
      'another expectation',
      'GET /a HTTP/1.1\r\nHost: a\r\nExpect: b\r\nConnection: close\r\n\r\n',
      417,
      /"b"/,
      'GET /a',
    ],
    [
      'no version',
      'GET /a\r\nHost: a\r\n\r\n',
      400,
      /of HTTP\/0\.9; it must be of 1\.0 or 1\.1\.$/,
      'GET /a',
    ],
    ['the version of no client', 'GET /a HTTP/2.0\r\nHost: a\r\n\r\n', 400, /of HTTP\/2\.0;/, 'GET /a'],
    ['another protocol', 'SSH-2.0-OpenSSH_9.9\r\n\r\n', 400, /^The request is no HTTP: \w/, ' '],
    [
      'large headers',
      `GET /a HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}`,
      431,
      /larger than 16384 bytes\.$/,
      ' ',
    ],
    ['half a head', 'GET /a HTTP/1.1\r\nHost: a\r\n', 408, /did not come within 20 ms\.$/, ' '],
  ])('is refused here, with a reason, and told: %s', async (_, bytes, status, reason, request) => {
    const { url, outcomes, reached } = await watched({ headersTimeoutMs: HEADERS_TIMEOUT_MS });
    const answer = await rawExchange(url, bytes);
    expect(statusesOf(answer)).toEqual([String(status)]);
    expect(answer).toContain('\r\nConnection: close\r\n');
    await until(() => outcomes.length > 0);
    const [
      {
        request: { method, target, peerAddress },
        ...outcome
      },
    ] = outcomes as [ExchangeOutcome];
    expect(outcome).toMatchObject({ result: 'refused', status, brokenBy: 'client', upstream: undefined });
    expect([`${method} ${target}`, peerAddress]).toEqual([request, '127.0.0.1']);
    expect((outcome.reason as Error).message).toMatch(reason);
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({
      status,
      reason: (outcome.reason as Error).message,
    });
    expect([outcomes.length, reached()]).toEqual([1, 0]);
  });

  it('is told over TLS as well', async () => {
    const { url, outcomes } = await watched({ tls: tlsCertificate, headersTimeoutMs: HEADERS_TIMEOUT_MS });
    const socket = tls.connect({
      port: Number(new URL(url).port),
      host: '127.0.0.1',
      rejectUnauthorized: false,
    });
    socket
      .on('error', () => {})
      .resume()
      .write('GET /');
    await once(socket, 'close');
    await until(() => outcomes.length > 0);
    expect(outcomes[0]).toMatchObject({ status: 408, request: { isEncrypted: true } });
  });

  it('is refused when the client ends in the middle of a head', async () => {
    const { url, outcomes } = await watched();
    const { socket, received } = connectTo(url);
    socket.end('GET /a HTTP/1.1\r\nHost');
    await once(socket, 'close');
    expect(statusesOf(received())).toEqual(['400']);
    await until(() => outcomes.length > 0);
    expect(outcomes).toMatchObject([{ result: 'refused', status: 400, brokenBy: 'client' }]);
  });

  it('is no request when nothing was asked: the connection is closed without a word', async () => {
    const { url, outcomes } = await watched({ headersTimeoutMs: HEADERS_TIMEOUT_MS });
    const { socket, received } = connectTo(url);
    await once(socket, 'close');
    expect([received(), outcomes]).toEqual(['', []]);
  });
});

describe('a body that is no HTTP', () => {
  it('is refused, and told with what came of it', async () => {
    const { url, outcomes } = await watched();
    const head = 'POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
    const answer = await rawExchange(url, `${head}5\r\nhello\r\nnot a size\r\n`);
    expect(statusesOf(answer)).toEqual(['400']);
    expect(answer).toMatch(/"reason":"The body of the request is no HTTP: \w[^"]+\."\}\n$/);
    await until(() => outcomes.length > 0);
    expect(outcomes).toMatchObject([
      {
        request: { method: 'POST', target: '/a' },
        result: 'refused',
        status: 400,
        brokenBy: 'client',
        requestBody: { outcome: 'failed', written: 5 },
      },
    ]);
  });
});

describe('what is no request behind one that is', () => {
  const ASK = 'GET /held HTTP/1.1\r\nHost: a\r\n';

  it('waits for its turn, and is refused once', async () => {
    const { url, outcomes, held } = await watched();
    const { socket, received } = connectTo(url);
    socket.write(`${ASK}\r\n`);
    await until(() => held.length === 1);
    socket.write('no request\r\n');
    socket.write('nor this\r\n\r\n', () => held[0]?.end('held'));
    await once(socket, 'close');
    expect(statusesOf(received())).toEqual(['200', '400']);
    await until(() => outcomes.length === 2);
    expect(outcomes).toMatchObject([
      { result: 'whole', status: 200 },
      { result: 'refused', status: 400 },
    ]);
  });

  it('is not looked at when that was to be the last', async () => {
    const { url, outcomes, held } = await watched();
    const { socket, received } = connectTo(url);
    socket.write(`${ASK}Connection: close\r\n\r\n`);
    await until(() => held.length === 1);
    socket.write('no request\r\n\r\n', () => held[0]?.end('held'));
    await once(socket, 'close');
    expect(received()).toMatch(/\r\n\r\n(?:4\r\n)?held/);
    await until(() => outcomes.length > 0);
    expect(outcomes).toMatchObject([{ result: 'whole', status: 200 }]);
  });
});
