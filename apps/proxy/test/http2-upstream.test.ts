import { once } from 'node:events';
import http2, {
  constants,
  type ClientHttp2Stream,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import tls from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listen } from '@millrace/test-servers/listen';
import {
  codes,
  END_STREAM,
  frameTypes,
  RawHttp2Connection,
  type Frame,
} from '@millrace/test-servers/raw-http2-connection';
import { tlsCertificate } from '@millrace/test-servers/tls-certificate';
import type { ExchangeOutcome } from '../src/relay/exchange-outcome.ts';
import { http2Request, http2Session } from './http2-client.ts';
import { ownFile } from './own-folder.ts';
import { startProcess } from './start-process.ts';
import { until } from './until.ts';

const certificate = () => ({
  certFile: ownFile('cert.pem', tlsCertificate.cert),
  keyFile: ownFile('key.pem', tlsCertificate.key),
});

/** A proxy before a server that speaks HTTP/2. @param overTls Where it listens so, it speaks HTTP/2 with clients as well. */
async function proxyBefore(
  server: tls.Server,
  { overTls = false } = {},
): Promise<{ url: string; outcomes: readonly ExchangeOutcome[] }> {
  server.on('session', (session: ServerHttp2Session) => {
    session.on('error', () => {});
    onTestFinished(() => session.destroy());
  });
  const servers = [`https://127.0.0.1:${await listen(server)}`];
  const tls = { caFile: ownFile('ca.pem', tlsCertificate.cert) };
  return startProcess({
    ...(overTls ? { listen: { address: '127.0.0.1:0', tls: certificate() } } : undefined),
    upstreams: { app: { servers, tls, http2: true } },
  });
}

/** The same before a server on Node that reads no request and declares no length. */
function unreading(body: string): Promise<{ url: string; outcomes: readonly ExchangeOutcome[] }> {
  return proxyBefore(
    http2.createSecureServer(tlsCertificate, (_, response) => response.writeHead(413).end(body)),
  );
}

/** Whether the frame with the head of the answer is its last one, what the head says, and what the trailers say. */
async function headOf(stream: ClientHttp2Stream): Promise<[boolean, unknown, unknown]> {
  let trailers: http2.IncomingHttpHeaders = {};
  stream.on('trailers', (headers) => (trailers = headers));
  const [headers, flags] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders, number];
  await stream.resume().toArray();
  return [(flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0, headers['grpc-status'], trailers['grpc-status']];
}

/** An upload without a length, of which the most is never asked for. */
async function* upload(bytes: number): AsyncGenerator<Uint8Array> {
  for (let sent = 0; sent < bytes; sent += 50_000) {
    yield new Uint8Array(50_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('an upstream of HTTP/2 that reads no request', () => {
  it.each([
    ['no body', 0],
    ['an upload of a few bytes', 1],
    // So many of them that the client goes on with another connection, and the upstream closes this one.
    ['an upload that it answers early', 2_000_000],
  ])('has its answers go on whole: %s', async (_, uploadBytes) => {
    const rounds = 3;
    const atOnce = 20;
    const body = 'too much '.repeat(20_000);
    const { url, outcomes } = await unreading(body);
    const request = async (): Promise<[number, boolean]> => {
      const sent = uploadBytes === 0 ? {} : { method: 'POST', body: upload(uploadBytes), duplex: 'half' };
      const response = await fetch(url, sent as RequestInit);
      return [response.status, (await response.text()) === body];
    };
    for (let round = 0; round < rounds; round += 1) {
      const answers = await Promise.all(Array.from({ length: atOnce }, request));
      expect(answers).toEqual(answers.map(() => [413, true]));
    }
    await until(() => outcomes.length === rounds * atOnce);
    expect(outcomes.filter(({ result }) => result !== 'whole')).toEqual([]);
  });
});

describe('an answer over HTTP/2 on both sides', () => {
  it.each<[string, (stream: ServerHttp2Stream) => void, [boolean, unknown, unknown]]>([
    [
      'is a head alone where it was one, as errors of gRPC are',
      (stream) => stream.respond({ ':status': 200, 'grpc-status': '5' }, { endStream: true }),
      [true, '5', undefined],
    ],
    [
      'has trailers behind its head where it had them, without a body as well',
      (stream) => {
        stream.respond({ ':status': 200 }, { waitForTrailers: true });
        stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '5' }));
        stream.end();
      },
      [false, undefined, '5'],
    ],
  ])('%s', async (_, answer, expected) => {
    const server = http2.createSecureServer(tlsCertificate);
    server.on('stream', (stream: ServerHttp2Stream) => answer(stream));
    const { url, outcomes } = await proxyBefore(server, { overTls: true });
    expect(await headOf(http2Request(http2Session(url)))).toEqual(expected);
    await until(() => outcomes.length === 1);
    expect(outcomes[0]).toMatchObject({ result: 'whole', status: 200 });
  });
});

describe('a request that an upstream of HTTP/2 does not look at', () => {
  /** One that leaves the first request out of each of so many connections, and answers those behind them with what it has got. */
  const leaving = async (connections: number) => {
    let refusals = 0;
    const server = tls.createServer({ ...tlsCertificate, ALPNProtocols: ['h2'] }, (socket) => {
      const connection = new RawHttp2Connection(socket);
      void connection.next(frameTypes.headers).then(async ({ stream, flags }) => {
        if (refusals < connections) {
          refusals += 1;
          connection.sendGoaway(0, codes.noError);
          return;
        }
        const isEnd = (frame: Frame): boolean => (frame.flags & END_STREAM) !== 0;
        for (
          let at = 1;
          (flags & END_STREAM) === 0 && !isEnd(await connection.next(frameTypes.data, at));
          at += 1
        );
        const got = connection.received.filter(({ type }) => type === frameTypes.data);
        connection.sendHeaders(stream);
        connection.sendData(stream, Buffer.concat(got.map(({ payload }) => payload)).toString(), END_STREAM);
      });
    });
    return proxyBefore(server);
  };

  it.each([
    ['POST', 'as much as is held', 2],
    ['PUT', 'as much as is held', 2],
    // undici sends each of the proxy's three once more.
    ['GET', undefined, 5],
  ])('is sent to it again: %s', async (method, body, sessions) => {
    const { url, outcomes } = await leaving(sessions);
    const response = await fetch(url, { method, ...(body === undefined ? {} : { body }) });
    expect([response.status, await response.text()]).toEqual([200, body ?? '']);
    await until(() => outcomes.length === 1);
    expect(outcomes[0]).toMatchObject({ result: 'whole' });
  });

  it('is a 502 when it was tried often enough, or more of it was sent than is held', async () => {
    const often = await leaving(3);
    expect((await fetch(often.url, { method: 'POST', body: 'short' })).status).toBe(502);
    const long = await leaving(1);
    const sent: Record<string, unknown> = { method: 'POST', body: upload(200_000), duplex: 'half' };
    expect((await fetch(long.url, sent as RequestInit)).status).toBe(502);
  });
});
