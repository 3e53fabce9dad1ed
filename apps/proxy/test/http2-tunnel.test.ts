import { once } from 'node:events';
import { constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { describe, expect, it } from 'vitest';
import { demoBody } from '../src/demo/demo-body.ts';
import { httpServer } from './http-server.ts';
import { http2Answer, http2Request, http2Session } from './http2-client.ts';
import { tlsCertificate } from '@millrace/test-servers/tls-certificate';
import { bytesServer, echo, switching, watched } from './tunnels.ts';
import { until } from './until.ts';

/** What a close frame of WebSocket says: 1000, a normal end. */
const CLOSE = Buffer.from([0x03, 0xe8]);

/** A frame of WebSocket (RFC 6455 §5.2), of bytes unless told otherwise. The mask of a client's is all zeros. */
function frame(payload: Buffer, { isMasked = false, opcode = 0x2 } = {}): Buffer {
  const head = Buffer.alloc(10);
  head[0] = 0x80 | opcode;
  const [code, bytes] =
    payload.length < 126 ? [payload.length, 0] : payload.length < 65_536 ? [126, 2] : [127, 8];
  head[1] = code | (isMasked ? 0x80 : 0);
  if (bytes === 2) head.writeUInt16BE(payload.length, 2);
  else if (bytes === 8) head.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([head.subarray(0, 2 + bytes), Buffer.alloc(isMasked ? 4 : 0), payload]);
}

describe('a tunnel over HTTP/2', () => {
  /** A session that knows what the proxy can do. */
  const session = async (url: string): Promise<ClientHttp2Session> => {
    const made = http2Session(url);
    await once(made, 'remoteSettings');
    return made;
  };
  const opened = async (stream: ClientHttp2Stream): Promise<Record<string, unknown>> =>
    ((await once(stream, 'response')) as [Record<string, unknown>])[0];
  const webSocket = {
    ':method': 'CONNECT',
    ':protocol': 'websocket',
    ':scheme': 'https',
    ':path': '/chat?x',
    ':authority': 'a',
    'sec-websocket-version': '13',
    'sec-websocket-protocol': 'v1',
  };

  it('leads where CONNECT names, ends in one direction at a time, and carries every byte', async () => {
    const target = await bytesServer((socket) => void socket.pipe(socket));
    const { url, outcomes } = await watched(new URL('http://127.0.0.1:1'), {
      tls: tlsCertificate,
      connectTargets: [target],
    });
    const stream = http2Request(await session(url), { ':method': 'CONNECT', ':authority': target }, false);
    expect(await opened(stream)).toMatchObject({ ':status': 200 });
    const sent = Buffer.concat([...demoBody(1_000_003)]);
    stream.end(sent);
    const received: Buffer[] = [];
    for await (const chunk of stream as AsyncIterable<Buffer>) received.push(chunk);
    expect(Buffer.concat(received).equals(sent)).toBe(true);
    await until(() => outcomes.length === 1);
    expect(outcomes[0]).toMatchObject({
      request: { method: 'CONNECT', target, httpVersion: '2.0' },
      result: 'whole',
      status: 200,
    });
  });

  it('is a WebSocket to an upstream of HTTP/1.1 [RFC 8441]', async () => {
    const { url: upstream, requests } = await echo();
    const { url, outcomes } = await watched(upstream, { tls: tlsCertificate });
    const stream = http2Request(await session(url), webSocket, false);
    const headers = await opened(stream);
    expect(headers).toMatchObject({ ':status': 200, 'sec-websocket-protocol': 'v1', via: '1.1 millrace' });
    expect(headers['sec-websocket-accept']).toBeUndefined();
    expect(requests[0]).toMatchObject({
      method: 'GET',
      url: '/chat?x',
      headers: { upgrade: 'websocket', 'sec-websocket-version': '13', via: '2.0 millrace' },
    });
    const messages = [1, 125, 70_000, 2_000_000].map((size) => Buffer.concat([...demoBody(size)]));
    for (const message of messages) stream.write(frame(message, { isMasked: true }));
    stream.end(frame(CLOSE, { isMasked: true, opcode: 0x8 }));
    const received: Buffer[] = [];
    for await (const chunk of stream as AsyncIterable<Buffer>) received.push(chunk);
    const expected = [...messages.map((message) => frame(message)), frame(CLOSE, { opcode: 0x8 })];
    expect(Buffer.concat(received).equals(Buffer.concat(expected))).toBe(true);
    await until(() => outcomes.length === 1);
    expect(outcomes[0]).toMatchObject({ result: 'whole', status: 200, brokenBy: undefined });
  });

  it('is reset for the client when the upstream resets it [P3]', async () => {
    const target = await bytesServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const { url, outcomes } = await watched(new URL('http://127.0.0.1:1'), {
      tls: tlsCertificate,
      connectTargets: [target],
    });
    const stream = http2Request(await session(url), { ':method': 'CONNECT', ':authority': target }, false);
    await opened(stream);
    stream.resume().write('now');
    await expect(once(stream, 'close')).rejects.toMatchObject({ code: 'ERR_HTTP2_STREAM_ERROR' });
    expect([stream.rstCode, stream.readableEnded]).toEqual([constants.NGHTTP2_INTERNAL_ERROR, false]);
    await until(() => outcomes.length === 1);
    expect(outcomes[0]).toMatchObject({ result: 'broken', brokenBy: 'upstream' });
  });

  it.each<[string, (stream: ClientHttp2Stream) => void]>([
    ['with an error', (stream) => stream.destroy(new Error('no more'))],
    ['with NO_ERROR, as if that were its end', (stream) => stream.destroy()],
    ['by losing its connection', (stream) => stream.session?.destroy()],
  ])('is reset for the upstream when the client gives its stream up %s [P3]', async (_, giveUp) => {
    const ends: unknown[] = [];
    const target = await bytesServer((socket) => {
      socket.on('end', () => ends.push('end')).resume();
      socket.on('error', (error: NodeJS.ErrnoException) => ends.push(error.code));
    });
    const { url, outcomes } = await watched(new URL('http://127.0.0.1:1'), {
      tls: tlsCertificate,
      connectTargets: [target],
    });
    const stream = http2Request(await session(url), { ':method': 'CONNECT', ':authority': target }, false);
    await opened(stream);
    giveUp(stream);
    await until(() => outcomes.length === 1 && ends.length === 1);
    expect(outcomes[0]).toMatchObject({ result: 'broken', brokenBy: 'client' });
    expect(ends).toEqual(['ECONNRESET']);
  });

  it('holds back an upstream that sends faster than the client takes, and buffers little', async () => {
    const target = await bytesServer((socket) => {
      const pump = (): void => {
        while (socket.write(Buffer.alloc(65_536)));
      };
      socket.on('drain', pump);
      pump();
    });
    const { url, snapshot, outcomes } = await watched(new URL('http://127.0.0.1:1'), {
      tls: tlsCertificate,
      connectTargets: [target],
    });
    const stream = http2Request(await session(url), { ':method': 'CONNECT', ':authority': target }, false);
    await opened(stream);
    stream.pause();
    await until(() => snapshot().then(({ slow }) => slow.producersPaused === 1));
    expect((await snapshot()).bufferedBytes).toBeLessThan(3 * 65_536);
    // Lost in the middle of that, Node ends the stream as if its client had.
    stream.session?.destroy();
    await until(() => outcomes.length === 1);
    expect(outcomes[0]).toMatchObject({
      result: 'broken',
      brokenBy: 'client',
      requestBody: { outcome: 'cancelled' },
      responseBody: { outcome: 'cancelled' },
    });
  });

  it('that the upstream refuses is answered with its refusal', async () => {
    const upstream = await httpServer((_, response) => response.writeHead(403).end('no'));
    const { url } = await watched(upstream, { tls: tlsCertificate });
    const answer = await http2Answer(http2Request(await session(url), webSocket, false));
    expect(answer).toMatchObject({ status: 403, body: 'no' });
  });

  it('is a 502 when the upstream does not prove that it speaks WebSocket', async () => {
    const upstream = await switching((socket) => void socket.pipe(socket));
    const { url } = await watched(upstream, { tls: tlsCertificate });
    const answer = await http2Answer(http2Request(await session(url), webSocket, false));
    expect(answer).toMatchObject({ status: 502, body: expect.stringContaining('without the proof') });
  });

  it.each([
    ['another protocol', { ...webSocket, ':protocol': 'connect-udp' }, 501],
    ['CONNECT, which is not enabled', { ':method': 'CONNECT', ':authority': 'a.example:443' }, 501],
  ])('for %s is refused, and told', async (_, headers, status) => {
    const { url, outcomes } = await watched(new URL('http://127.0.0.1:1'), { tls: tlsCertificate });
    expect(await http2Answer(http2Request(await session(url), headers, false))).toMatchObject({ status });
    await until(() => outcomes.length === 1);
    expect(outcomes[0]).toMatchObject({ result: 'refused', status, brokenBy: 'client' });
  });
});
