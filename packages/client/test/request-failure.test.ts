import chunkQueue from '@millrace/chunk-queue';
import { describe, expect, it } from 'vitest';
import { requestFailureOf } from '../src/index.ts';
import { http2Cleartext } from './http2-server.ts';
import { httpServer } from './http-server.ts';
import { makeClient } from './make-client.ts';
import { codes, frameTypes, type RawHttp2Connection } from '@millrace/test-servers/raw-http2-connection';
import { rawHttp2Server } from '@millrace/test-servers/raw-http2-server';
import { rawServer } from './raw-server.ts';
import { refusingPort } from '@millrace/test-servers/refusing-port';

const empty = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';

async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'no rejection',
    (reason: unknown) => reason,
  );
}

describe('requestFailureOf', () => {
  it.each(['FIN', 'RST'])(
    'tells a kept-alive connection that its server closed meanwhile (%s)',
    async (how) => {
      const server = await rawServer(empty);
      const client = makeClient({ strategy: chunkQueue, agent: { connections: 1 } });
      await (await client.request(server.url)).content.text();
      const { socket } = await server.next();
      socket.removeAllListeners('data');
      socket.once('data', () => (how === 'FIN' ? socket.end() : socket.resetAndDestroy()));
      const error = await rejectionOf(client.request(server.url));
      expect(error).toMatchObject({ code: how === 'FIN' ? 'UND_ERR_SOCKET' : 'ECONNRESET' });
      expect(requestFailureOf(error)).toEqual({
        wasSent: true,
        wasAnswered: false,
        wasRefused: false,
        connectionWasReused: true,
      });
    },
  );

  it('tells a new connection that closed without an answer', async () => {
    const server = await rawServer();
    const requested = makeClient({ strategy: chunkQueue }).request(server.url);
    (await server.next()).socket.end();
    expect(requestFailureOf(await rejectionOf(requested))).toEqual({
      wasSent: true,
      wasAnswered: false,
      wasRefused: false,
      connectionWasReused: false,
    });
  });

  it('tells an answer that began and broke off in its headers', async () => {
    const server = await rawServer(empty);
    const client = makeClient({ strategy: chunkQueue, agent: { connections: 1 } });
    await (await client.request(server.url)).content.text();
    const { socket } = await server.next();
    socket.removeAllListeners('data');
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-le'));
    expect(requestFailureOf(await rejectionOf(client.request(server.url)))).toEqual({
      wasSent: true,
      wasAnswered: true,
      wasRefused: false,
      connectionWasReused: true,
    });
  });

  it.each([{}, { expectContinue: true }])(
    'tells a connection that could not be made (%o)',
    async (options) => {
      const requested = makeClient({ strategy: chunkQueue }).request(
        `http://127.0.0.1:${await refusingPort()}/`,
        {
          method: 'POST',
          body: 'hello',
          ...options,
        },
      );
      const error = await rejectionOf(requested);
      expect(error).toMatchObject({ code: 'ECONNREFUSED' });
      expect(requestFailureOf(error)).toEqual({
        wasSent: false,
        wasAnswered: false,
        wasRefused: false,
        connectionWasReused: false,
      });
    },
  );

  it('counts anew on a new connection', async () => {
    const server = await rawServer();
    const client = makeClient({ strategy: chunkQueue, agent: { connections: 1 } });
    const first = client.request(server.url);
    (await server.next()).socket.end(empty);
    await (await first).content.text();
    const requested = client.request(server.url);
    (await server.next()).socket.end();
    expect(requestFailureOf(await rejectionOf(requested))).toMatchObject({ connectionWasReused: false });
  });

  it('tells an HTTP/2 session that has carried a stream before', async () => {
    const server = await rawHttp2Server();
    const client = makeClient({ strategy: chunkQueue, agent: http2Cleartext });
    const first = client.request(server.url);
    const connection = await server.next();
    connection.sendHeaders((await connection.next(frameTypes.headers)).stream, 1);
    await first;
    const second = client.request(server.url);
    while (connection.received.length < 2) await new Promise(setImmediate);
    connection.socket.resetAndDestroy();
    expect(requestFailureOf(await rejectionOf(second))).toEqual({
      wasSent: true,
      wasAnswered: false,
      wasRefused: false,
      connectionWasReused: true,
    });
  });

  it.each<[string, (connection: RawHttp2Connection, stream: number) => void]>([
    ['GOAWAY that leaves it out', (connection) => connection.sendGoaway(0, codes.noError)],
    ['REFUSED_STREAM', (connection, stream) => connection.sendReset(stream, codes.refusedStream)],
  ])('tells a request that an HTTP/2 server does not look at: %s', async (_, refuse) => {
    const server = await rawHttp2Server();
    // undici sends one without a body again by itself.
    const body = (async function* () {
      yield new Uint8Array(1);
    })();
    const client = makeClient({ strategy: chunkQueue, agent: http2Cleartext });
    const requested = client.request(server.url, { method: 'POST', body });
    const connection = await server.next();
    const { stream } = await connection.next(frameTypes.headers);
    refuse(connection, stream);
    expect(requestFailureOf(await rejectionOf(requested))).toEqual({
      wasSent: true,
      wasAnswered: false,
      wasRefused: true,
      connectionWasReused: false,
    });
  });

  it('tells one that it may have looked at, and broke off', async () => {
    const server = await rawHttp2Server();
    const client = makeClient({ strategy: chunkQueue, agent: http2Cleartext });
    const requested = client.request(server.url);
    const connection = await server.next();
    const { stream } = await connection.next(frameTypes.headers);
    connection.sendGoaway(stream, codes.internalError);
    connection.socket.end();
    expect(requestFailureOf(await rejectionOf(requested))).toMatchObject({
      wasAnswered: false,
      wasRefused: false,
    });
  });

  it('knows nothing of what no connection has caused', async () => {
    const client = makeClient({ strategy: chunkQueue });
    const url = await httpServer(() => {});
    const error = await rejectionOf(client.request(url, { signal: AbortSignal.abort(new Error('mine')) }));
    expect(error).toMatchObject({ message: 'mine' });
    expect(requestFailureOf(error)).toBeUndefined();
    expect(requestFailureOf('a string')).toBeUndefined();
    expect(requestFailureOf(undefined)).toBeUndefined();
  });
});
