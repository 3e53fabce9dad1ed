import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import net, { type AddressInfo, type Socket } from 'node:net';
import { duplexPair, Writable } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import { fromNodeReadable, sendBody, type SendBodyOptions, type SendSummary } from '../src/node.ts';
import { createPipe } from '../src/pipe.ts';
import type { PipeReader } from '../src/pipe-reader.ts';
import { bytes } from '../src/consume/bytes.ts';
import type { BufferStrategy, ByteStore } from '../src/strategy.ts';
import { arrayStrategy, passingStrategy } from './array-strategy.ts';
import {
  anyReasons,
  cut,
  endedBody,
  failedBody,
  openPipe,
  outcomeOf,
  patterned,
  quiet,
  utf8,
  writeAll,
} from './consume/bodies.ts';

const servers: (http.Server | http2.Http2Server | net.Server)[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
    await quiet();
  }
});

async function listen(server: http.Server | http2.Http2Server | net.Server): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

interface Serving {
  readonly body: PipeReader;
  readonly headers?: http.OutgoingHttpHeaders;
  readonly status?: number;
  readonly options?: (response: http.ServerResponse) => SendBodyOptions;
  /** Whether the headers are given to `setHeader`, or to `writeHead`, where nobody can ask for them. */
  readonly sets?: boolean;
}

/** Serves one body; `summary` is what became of it. */
async function serve({ body, headers = {}, status = 200, options, sets = false }: Serving) {
  let settle!: (summary: SendSummary) => void;
  const summary = new Promise<SendSummary>((resolve) => (settle = resolve));
  let respond!: (response: http.ServerResponse) => void;
  const response = new Promise<http.ServerResponse>((resolve) => (respond = resolve));
  const server = http.createServer((_request, response) => {
    respond(response);
    if (sets) {
      response.statusCode = status;
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value!);
    } else {
      response.writeHead(status, headers);
    }
    void sendBody(body, response, options?.(response)).then(settle);
  });
  return { port: await listen(server), summary, response };
}

/** What a client of plain sockets sees: every byte, and how the connection ended. */
async function rawGet(port: number, request = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n') {
  const socket = net.connect(port, '127.0.0.1');
  let received = '';
  let error: NodeJS.ErrnoException | undefined;
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => (received += chunk));
  socket.on('error', (given) => (error = given));
  socket.write(request);
  await once(socket, 'close').catch(() => {});
  const [head, ...rest] = received.split('\r\n\r\n');
  return { head, body: rest.join('\r\n\r\n'), error: error?.code };
}

/** What Node's own client sees: the body, or the error that broke it off, and the bytes before. */
async function get(port: number, options: http.RequestOptions = {}) {
  const request = http.get({ port, host: '127.0.0.1', agent: false, ...options });
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  const chunks: Buffer[] = [];
  let error: NodeJS.ErrnoException | undefined;
  response.on('data', (chunk: Buffer) => chunks.push(chunk));
  response.on('error', (given) => (error = given));
  await new Promise((resolve) => response.once('close', resolve));
  return { body: Buffer.concat(chunks), complete: response.complete, error: error?.code, response };
}

describe('a body that is whole', () => {
  test('arrives whole, chunked or of a declared length, and ends', async () => {
    const body = Buffer.from(patterned(100_000));
    for (const headers of [{}, { 'content-length': body.length }]) {
      const { port, summary } = await serve({ body: endedBody(...cut(body, 9_973)), headers });
      const seen = await get(port);
      expect([body.equals(seen.body), seen.complete, seen.error]).toEqual([true, true, undefined]);
      expect(await summary).toEqual({ outcome: 'ended', reason: undefined, sent: 100_000 });
    }
  });

  test('an empty one ends', async () => {
    const { port, summary } = await serve({ body: endedBody() });
    expect(await get(port)).toMatchObject({ complete: true });
    expect(await summary).toMatchObject({ outcome: 'ended', sent: 0 });
  });

  test.each([
    ['HEAD', 200],
    ['GET', 304],
  ])(
    'a response to %s with status %i is ended without a body, whatever length it declares',
    async (method, status) => {
      const { port, summary } = await serve({
        body: endedBody(),
        status,
        headers: { 'content-length': 100 },
      });
      const seen = await get(port, { method });
      expect([seen.complete, seen.body.length]).toEqual([true, 0]);
      expect(await summary).toMatchObject({ outcome: 'ended' });
    },
  );

  test('trailers may be added when the last byte has been written', async () => {
    const { port } = await serve({
      body: endedBody('abc'),
      headers: { trailer: 'x-sum' },
      options: (response) => ({ beforeEnd: () => response.addTrailers({ 'x-sum': '6' }) }),
    });
    const seen = await get(port);
    expect([String(seen.body), seen.response.trailers]).toEqual(['abc', { 'x-sum': '6' }]);
  });

  test('the connection carries the next response', async () => {
    const { port } = await serve({ body: endedBody('abc'), headers: { 'content-length': 3 } });
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const first = await get(port, { agent });
    expect([first.complete, Object.keys(agent.freeSockets)]).toMatchObject([true, [expect.any(String)]]);
    agent.destroy();
  });
});

describe('a body that breaks off', () => {
  test.each(anyReasons.map((reason) => [reason]))(
    'with %o destroys a chunked response behind every byte before it',
    async (reason) => {
      const { port, summary, response } = await serve({ body: failedBody(reason, 'ab', 'cd') });
      const seen = await get(port);
      expect([String(seen.body), seen.complete, seen.error]).toEqual(['abcd', false, 'ECONNRESET']);
      expect(await summary).toEqual({ outcome: 'failed', reason, sent: 4 });
      expect((await response).writableEnded).toBe(false);
    },
  );

  test('while the client waits for more, breaks the connection', async () => {
    const { writer, reader } = openPipe();
    const { port, summary } = await serve({ body: reader });
    const seen = get(port);
    writer.write(utf8('ab'));
    await quiet();
    const reason = new Error('upstream died');
    writer.fail(reason);
    expect(await seen).toMatchObject({ complete: false, error: 'ECONNRESET' });
    expect(await summary).toMatchObject({ outcome: 'failed', reason });
  });

  test('never sends the chunk that would end it', async () => {
    const { port } = await serve({ body: failedBody(new Error('died'), 'ab') });
    const { body } = await rawGet(port);
    expect(body).toBe('2\r\nab\r\n');
  });

  test.each([true, false])(
    'of a declared length (set: %o), closes the connection in order, with every byte sent',
    async (sets) => {
      const { port, summary } = await serve({
        body: failedBody(new Error('died'), 'ab'),
        headers: { 'content-length': 5 },
        sets,
      });
      expect(await rawGet(port)).toMatchObject({ body: 'ab', error: undefined });
      expect(await summary).toMatchObject({ outcome: 'failed', sent: 2 });
    },
  );

  test('where only the end of the connection would end it, resets the connection', async () => {
    const { writer, reader } = openPipe();
    const { port, summary } = await serve({ body: reader });
    const socket = net.connect(port, '127.0.0.1');
    socket.write('GET / HTTP/1.0\r\n\r\n');
    writer.write(utf8('ab'));
    // Node 20 takes a reset that comes with the last bytes for the end; it is the server that is tested here.
    await once(socket, 'data');
    writer.fail(new Error('died'));
    expect(await once(socket, 'end').catch((error: unknown) => error)).toMatchObject({ code: 'ECONNRESET' });
    expect(await summary).toMatchObject({ outcome: 'failed' });
  });

  test('a whole one to the same kind of client ends the connection in order', async () => {
    const { port } = await serve({ body: endedBody('ab') });
    expect(await rawGet(port, 'GET / HTTP/1.0\r\n\r\n')).toMatchObject({ body: 'ab', error: undefined });
  });

  test('before the first byte leaves the client without a response', async () => {
    const { port, summary } = await serve({ body: failedBody(new Error('died')) });
    expect(await rawGet(port)).toMatchObject({ head: '', body: '' });
    expect(await summary).toMatchObject({ outcome: 'failed', sent: 0 });
  });
});

describe('a body of another length than declared', () => {
  test.each([true, false])('shorter (set: %o), is not ended, and the reason says so', async (sets) => {
    const { port, summary } = await serve({ body: endedBody('ab'), headers: { 'content-length': 5 }, sets });
    const seen = await get(port);
    expect([String(seen.body), seen.complete, seen.error]).toEqual(['ab', false, 'ECONNRESET']);
    expect(await summary).toMatchObject({
      outcome: 'failed',
      reason: { code: 'ERR_HTTP_CONTENT_LENGTH_MISMATCH' },
    });
  });

  test('empty where bytes were declared, is not ended either', async () => {
    const { port, summary } = await serve({ body: endedBody(), headers: { 'content-length': 5 } });
    await rawGet(port);
    expect(await summary).toMatchObject({ outcome: 'failed', sent: 0 });
  });

  test('longer, is broken off before the byte that is too many, and its source is told', async () => {
    const told: unknown[] = [];
    const { writer, reader } = openPipe({ source: { cancel: (reason) => told.push(reason) } });
    writeAll(writer, ['abc', 'def']);
    const { port, summary } = await serve({ body: reader, headers: { 'content-length': 5 } });
    const { body } = await rawGet(port);
    expect(body).toBe('abc');
    const { outcome, reason } = await summary;
    expect([outcome, told]).toEqual(['failed', [reason]]);
  });
});

describe('a client that leaves', () => {
  const leaving = async (act: (socket: Socket) => void) => {
    const told: unknown[] = [];
    const { writer, reader } = openPipe({ source: { cancel: (reason) => told.push(reason) } });
    const { port, summary } = await serve({ body: reader });
    const socket = net.connect(port, '127.0.0.1').on('error', () => {});
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    writer.write(utf8('ab'));
    await once(socket, 'data');
    act(socket);
    return { told, summary: await summary, writer };
  };

  test('in order or by reset, while the body is idle, cancels the source with a reason', async () => {
    for (const act of [(socket: Socket) => socket.destroy(), (socket: Socket) => socket.resetAndDestroy()]) {
      const { told, summary, writer } = await leaving(act);
      expect(summary).toMatchObject({ outcome: 'cancelled', sent: 2 });
      expect(told).toEqual([summary.reason]);
      expect(summary.reason).toBeInstanceOf(Error);
      expect(await writer.closed).toMatchObject({ outcome: 'cancelled' });
    }
  });

  test('before the first byte cancels the source', async () => {
    const { writer, reader } = openPipe();
    const { port, summary, response } = await serve({ body: reader });
    const socket = net.connect(port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await response;
    socket.destroy();
    expect(await summary).toMatchObject({
      outcome: 'cancelled',
      sent: 0,
      reason: { code: 'ERR_PIPE_CANCELLED' },
    });
    expect(await writer.closed).toMatchObject({ outcome: 'cancelled' });
  });

  test('before sendBody is called cancels the source', async () => {
    const { writer, reader } = openPipe();
    let summary: Promise<SendSummary> | undefined;
    const server = http.createServer((_request, response) => {
      response.once('close', () => {
        summary = sendBody(reader, response);
      });
    });
    const port = await listen(server);
    const socket = net.connect(port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(server, 'request');
    socket.destroy();
    expect(await writer.closed).toMatchObject({ outcome: 'cancelled' });
    expect(await summary).toMatchObject({ outcome: 'cancelled' });
  });

  test('while the body waits for it to read cancels the source', async () => {
    const { writer, reader } = openPipe({ maxBuffered: Infinity });
    const { port, summary } = await serve({ body: reader });
    const socket = net.connect(port, '127.0.0.1').on('error', () => {});
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    writer.write(utf8('ab'));
    await once(socket, 'readable');
    for (let megabyte = 0; megabyte < 24; megabyte += 1) writer.write(new Uint8Array(1_048_576));
    await quiet();
    socket.destroy();
    expect(await summary).toMatchObject({ outcome: 'cancelled' });
    expect((await writer.closed).discarded).toBeGreaterThan(0);
  });
});

test('a client that reads slowly holds back the source', async () => {
  let isPaused = false;
  const { writer, reader } = openPipe({
    source: { pause: () => (isPaused = true), resume: () => (isPaused = false) },
  });
  const { port, summary } = await serve({ body: reader });
  const socket = net.connect(port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  socket.pause();
  // However much the system buffers between the two, it ends.
  let written = 0;
  while (written < 1_000 && !(isPaused && reader.size > 0)) {
    writer.write(new Uint8Array(65_536));
    written += 1;
    await quiet();
  }
  expect(written).toBeLessThan(1_000);
  writer.end();
  socket.resume();
  expect(await summary).toMatchObject({ outcome: 'ended', sent: written * 65_536 });
});

// What Node still holds when `write` has returned must not be used again by the pipe, or by anybody.
test('chunks that a slow client has not taken yet are not touched', async () => {
  const { writer, reader } = createPipe(passingStrategy, { maxBuffered: Infinity });
  const { port } = await serve({ body: reader });
  const socket = net.connect(port, '127.0.0.1').pause();
  socket.write('GET / HTTP/1.0\r\n\r\n');
  const body = Buffer.alloc(4_000_000, patterned(251));
  for (const chunk of cut(body, 100_000)) {
    writer.writeCopy(chunk);
    await quiet();
  }
  writer.end();
  const received: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => received.push(chunk));
  socket.resume();
  await once(socket, 'close');
  const all = Buffer.concat(received);
  expect(all.subarray(all.length - body.length).equals(body)).toBe(true);
});

test('a body that fails while Node ends the connection by itself leaves none that is never closed', async () => {
  const { writer, reader } = createPipe(passingStrategy);
  const { port, response, summary } = await serve({ body: reader });
  const socket = net.connect(port, '127.0.0.1').on('error', () => {});
  socket.resume().write('GET / HTTP/1.0\r\n\r\n');
  const served = await response;
  writer.writeCopy(utf8('a'));
  await quiet();
  const closed = once(served, 'close');
  // As Node does when the client sends its end.
  served.socket?.end();
  writer.fail(new Error('broken off'));
  await closed;
  expect(await summary).toMatchObject({ outcome: 'failed', sent: 1 });
});

describe('what is lent to Node', () => {
  /** One piece that no system buffers whole, so that its write is under way until the client has read it. */
  const large = patterned(24 * 1_048_576);

  /** A body whose one large piece is being written to a client that reads nothing yet. */
  const underWay = async (mostLent = Infinity) => {
    const released: number[] = [];
    const { writer, reader } = createPipe(scribblingStrategy(released, mostLent), { maxBuffered: Infinity });
    const { port, summary, response } = await serve({ body: reader });
    const socket = net
      .connect(port, '127.0.0.1')
      .on('error', () => {})
      .pause();
    socket.write('GET / HTTP/1.0\r\n\r\n');
    const served = await response;
    writer.writeCopy(large);
    await quiet();
    expect(served.writableLength).toBeGreaterThan(0);
    return { writer, reader, summary, socket, served, released };
  };

  /** Every byte of the body that the client still gets. */
  const received = async (socket: Socket): Promise<Buffer> => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.resume();
    await once(socket, 'close').catch(() => {});
    const all = Buffer.concat(chunks);
    return all.subarray(all.indexOf('\r\n\r\n') + 4);
  };

  test('counts in the pipe until it is with the system', async () => {
    const { writer, reader, socket, summary } = await underWay();
    expect(reader.size).toBe(0);
    expect(writer.desiredSize).toBeLessThan(-20_000_000);
    writer.end();
    expect((await received(socket)).equals(large)).toBe(true);
    expect(await summary).toMatchObject({ outcome: 'ended', sent: large.length });
  });

  test('stays as it is when the pipe is cancelled meanwhile [P14]', async () => {
    const { reader, socket, summary, released } = await underWay();
    const reason = new Error('idle for too long');
    reader.cancel(reason);
    await quiet();
    expect(released).toEqual([]);
    // The reset that ends it may overtake what the system still has.
    const begun = await received(socket);
    expect(begun.length).toBeGreaterThan(0);
    expect(begun.equals(large.subarray(0, begun.length))).toBe(true);
    expect(await summary).toMatchObject({ outcome: 'failed', reason });
    expect(released).toEqual([large.length]);
  });

  test.each<[string, (socket: Socket, served: http.ServerResponse) => void]>([
    ['the client leaves', (socket) => socket.destroy()],
    ['the client resets', (socket) => socket.resetAndDestroy()],
    ['the response is destroyed', (_, served) => served.destroy()],
    ['the connection is destroyed', (_, served) => served.socket?.destroy()],
  ])('is given back, once, when %s', async (_, happens) => {
    const { socket, served, summary, released, writer } = await underWay();
    happens(socket, served);
    expect(await summary).toMatchObject({ outcome: 'cancelled', sent: large.length });
    expect(await writer.closed).toMatchObject({ outcome: 'cancelled' });
    await quiet();
    expect(released).toEqual([large.length]);
  });

  test('is given back when it was copied, as pieces are that are small', async () => {
    const { socket, summary, released, writer } = await underWay(8192);
    socket.destroy();
    expect(await summary).toMatchObject({ outcome: 'cancelled' });
    expect(await writer.closed).toMatchObject({ outcome: 'cancelled' });
    await quiet();
    expect(released.reduce((sum, bytes) => sum + bytes, 0)).toBe(large.length);
  });

  test('is nothing when the response has to wait for its connection, which may never come', async () => {
    const released: number[] = [];
    const { writer, reader } = createPipe(scribblingStrategy(released), { maxBuffered: Infinity });
    const responses: http.ServerResponse[] = [];
    const server = http.createServer((_request, response) => {
      responses.push(response);
      // The second answer waits for the first.
      if (responses.length === 2) void sendBody(reader, response);
    });
    const port = await listen(server);
    const socket = net.connect(port, '127.0.0.1').on('error', () => {});
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.0\r\nHost: a\r\n\r\n');
    await once(server, 'request');
    writer.writeCopy(large.subarray(0, 100_000));
    writer.end();
    await quiet();
    expect([responses.length, responses[1]?.socket]).toEqual([2, null]);
    expect(released).toEqual([100_000]);
    responses[0]?.end();
    const all = await received(socket);
    expect(all.subarray(all.length - 100_000).equals(large.subarray(0, 100_000))).toBe(true);
  });

  test('is nothing while the response is corked, which says nothing of what it has written', async () => {
    const released: number[] = [];
    const { writer, reader } = createPipe(scribblingStrategy(released), { maxBuffered: Infinity });
    const { port, response } = await serve({ body: reader, options: (corked) => (corked.cork(), {}) });
    const socket = net.connect(port, '127.0.0.1').on('error', () => {});
    socket.write('GET / HTTP/1.0\r\n\r\n');
    const served = await response;
    writer.writeCopy(large.subarray(0, 100_000));
    await quiet();
    expect(released).toEqual([100_000]);
    served.uncork();
    writer.end();
    expect((await received(socket)).equals(large.subarray(0, 100_000))).toBe(true);
  });

  test('is nothing over a connection in memory, whose far end holds what was written', async () => {
    const released: number[] = [];
    const { writer, reader } = createPipe(scribblingStrategy(released), { maxBuffered: Infinity });
    const [near, far] = duplexPair();
    http.createServer((_request, response) => void sendBody(reader, response)).emit('connection', near);
    far.write('GET / HTTP/1.0\r\n\r\n');
    const body = large.subarray(0, 100_000);
    for (const chunk of cut(body, 40_000)) writer.writeCopy(chunk);
    writer.end();
    await writer.closed;
    expect(released.reduce((sum, bytes) => sum + bytes, 0)).toBe(100_000);
    const all = Buffer.concat(await far.toArray());
    expect(all.subarray(all.length - 100_000).equals(body)).toBe(true);
  });

  test('is given back when it is longer than declared', async () => {
    const released: number[] = [];
    const { writer, reader } = createPipe(scribblingStrategy(released), { maxBuffered: Infinity });
    const { port, summary } = await serve({ body: reader, headers: { 'content-length': 1000 } });
    writer.writeCopy(large.subarray(0, 100_000));
    await rawGet(port);
    expect(await summary).toMatchObject({ outcome: 'failed', sent: 0 });
    expect(released).toEqual([100_000]);
  });
});

describe('any Writable', () => {
  test('gets every byte, then the end', async () => {
    const written: Buffer[] = [];
    const sink = new Writable({
      highWaterMark: 1,
      write: (chunk: Buffer, _encoding, done) => {
        written.push(chunk);
        setImmediate(done);
      },
    });
    const body = Buffer.from(patterned(1_000));
    expect(await sendBody(endedBody(...cut(body, 99)), sink)).toEqual({
      outcome: 'ended',
      reason: undefined,
      sent: 1_000,
    });
    expect(body.equals(Buffer.concat(written))).toBe(true);
  });

  test('is destroyed with the reason once it has taken what came before, and never ended', async () => {
    const reason = new Error('upstream died');
    const written: string[] = [];
    let ends = 0;
    const sink = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        setImmediate(() => {
          written.push(String(chunk));
          done();
        });
      },
      final: (done) => {
        ends += 1;
        done();
      },
    });
    expect(await sendBody(failedBody(reason, 'ab', 'cd'), sink)).toEqual({
      outcome: 'failed',
      reason,
      sent: 4,
    });
    expect([written, ends, sink.destroyed, sink.errored]).toEqual([['ab', 'cd'], 0, true, reason]);
    await quiet();
  });

  test('that fails cancels the source with what it failed with', async () => {
    const reason = new Error('disk full');
    const sink = new Writable({ write: (_chunk, _encoding, done) => done(reason) });
    const { writer, reader } = openPipe();
    writer.write(utf8('a'));
    expect(await sendBody(reader, sink)).toMatchObject({ outcome: 'cancelled', reason });
    expect(await writer.closed).toMatchObject({ outcome: 'cancelled', reason });
  });

  test('that fails in its end is no clean end', async () => {
    const reason = new Error('disk full');
    const sink = new Writable({ write: (_chunk, _encoding, done) => done(), final: (done) => done(reason) });
    expect(await sendBody(endedBody('a'), sink)).toMatchObject({ outcome: 'cancelled', reason });
  });

  test('that was ended by somebody else cancels the source', async () => {
    const sink = new Writable({ write: (_chunk, _encoding, done) => done() });
    sink.end();
    const { writer, reader } = openPipe();
    writer.write(utf8('a'));
    expect(await sendBody(reader, sink)).toMatchObject({ outcome: 'cancelled' });
    expect(await writer.closed).toMatchObject({ outcome: 'cancelled' });
  });

  test('that somebody else ends in the middle has not got the whole', async () => {
    const sink = new Writable({ write: (_chunk, _encoding, done) => done() });
    const { writer, reader } = openPipe();
    writer.write(utf8('a'));
    const summary = sendBody(reader, sink);
    await quiet();
    sink.end();
    expect(await summary).toMatchObject({ outcome: 'cancelled', sent: 1 });
    expect(await writer.closed).toMatchObject({ outcome: 'cancelled' });
  });

  test('that hangs with bytes in hand and is closed while the failure waits for it is still a failed body', async () => {
    const sink = new Writable({ write: () => {} });
    const reason = new Error('upstream died');
    const summary = sendBody(failedBody(reason, 'ab'), sink);
    await quiet();
    sink.destroy();
    expect(await summary).toMatchObject({ outcome: 'failed', reason });
  });

  test('a beforeEnd that throws breaks the body off', async () => {
    const reason = new Error('no trailers');
    const sink = new Writable({ write: (_chunk, _encoding, done) => done() });
    const beforeEnd = () => {
      throw reason;
    };
    expect(await sendBody(endedBody('a'), sink, { beforeEnd })).toMatchObject({ outcome: 'failed', reason });
    expect(sink.destroyed).toBe(true);
  });

  test('keeps no listener but the one for late errors', async () => {
    const sink = new Writable({ write: (_chunk, _encoding, done) => done() });
    const before = sink.eventNames().length;
    await sendBody(endedBody('a'), sink);
    expect([before, sink.eventNames()]).toEqual([0, ['error']]);
  });
});

describe('HTTP/2', () => {
  const exchange = async (body: PipeReader) => {
    let settle!: (summary: SendSummary) => void;
    const summary = new Promise<SendSummary>((resolve) => (settle = resolve));
    const server = http2.createServer((_request, response) => {
      void sendBody(body, response).then(settle);
    });
    const port = await listen(server);
    const session = http2.connect(`http://127.0.0.1:${port}`);
    const stream = session.request({ ':path': '/' });
    let received = '';
    let error: unknown;
    stream.setEncoding('latin1');
    stream.on('data', (chunk: string) => (received += chunk));
    stream.on('error', (given) => (error = given));
    await new Promise((resolve) => stream.once('close', resolve));
    session.close();
    return { received, error, rstCode: stream.rstCode, summary: await summary };
  };

  test('a whole body ends', async () => {
    expect(await exchange(endedBody('ab', 'cd'))).toMatchObject({
      received: 'abcd',
      error: undefined,
      rstCode: 0,
      summary: { outcome: 'ended', sent: 4 },
    });
  });

  test('a body that breaks off resets its stream', async () => {
    const seen = await exchange(failedBody(new Error('died'), 'ab'));
    expect(seen).toMatchObject({ received: 'ab', rstCode: http2.constants.NGHTTP2_INTERNAL_ERROR });
    expect(seen.summary).toMatchObject({ outcome: 'failed' });
  });

  /** A client's stream, and what became of the body that it was sent, of which there is one piece and more to come. */
  const underWay = async (answer: 'response' | 'stream') => {
    let settle!: (summary: SendSummary) => void;
    const summary = new Promise<SendSummary>((resolve) => (settle = resolve));
    const { writer, reader } = openPipe();
    writer.write(utf8('ab'));
    const server = http2.createServer();
    if (answer === 'response') {
      server.on('request', (_request, response) => void sendBody(reader, response).then(settle));
    } else {
      server.on('stream', (stream: http2.ServerHttp2Stream) => {
        stream.respond();
        void sendBody(reader, stream).then(settle);
      });
    }
    const session = http2.connect(`http://127.0.0.1:${await listen(server)}`);
    const stream = session.request({ ':path': '/' }).on('error', () => {});
    await once(stream, 'data');
    return { session, stream, summary, writer };
  };

  test.each(['response', 'stream'] as const)(
    'a client that gives up its stream cancels the source of a %s, which is not sent whole',
    async (answer) => {
      const { session, stream, summary, writer } = await underWay(answer);
      stream.close(http2.constants.NGHTTP2_CANCEL);
      expect(await summary).toMatchObject({ outcome: 'cancelled', sent: 2 });
      expect(await writer.closed).toMatchObject({ outcome: 'cancelled' });
      session.close();
    },
  );

  test('a client that gives up what was ended, and has not arrived, did not get it', async () => {
    const { session, stream, summary, writer } = await underWay('response');
    stream.pause();
    // One piece, and more than the window of a stream lets through.
    writer.write(new Uint8Array(70_000));
    writer.end();
    await writer.closed;
    await quiet();
    stream.close(http2.constants.NGHTTP2_CANCEL);
    expect(await summary).toMatchObject({ outcome: 'cancelled' });
    session.close();
  });

  test('a stream that is gone before sendBody is called cancels the source', async () => {
    const { writer, reader } = openPipe();
    writer.write(utf8('a'));
    let summary: Promise<SendSummary> | undefined;
    const server = http2.createServer((_request, response) => {
      response.once('close', () => {
        summary = sendBody(reader, response);
      });
    });
    const session = http2.connect(`http://127.0.0.1:${await listen(server)}`);
    const stream = session.request({ ':path': '/' }).on('error', () => {});
    await once(server, 'request');
    stream.close(http2.constants.NGHTTP2_CANCEL);
    expect(await writer.closed).toMatchObject({ outcome: 'cancelled' });
    expect(await summary).toMatchObject({ outcome: 'cancelled', sent: 0 });
    session.close();
  });

  test.each([
    ['HEAD', 200, 'sendBody'],
    ['HEAD', 200, 'writeHead'],
    ['GET', 204, 'sendBody'],
    ['GET', 304, 'writeHead'],
  ])('a body that nobody asked for (%s, %i) is dropped, the head sent by %s', async (method, status, by) => {
    let settle!: (summary: SendSummary) => void;
    const summary = new Promise<SendSummary>((resolve) => (settle = resolve));
    const server = http2.createServer((_request, response) => {
      response.statusCode = status;
      if (by === 'writeHead') response.writeHead(status);
      void sendBody(endedBody('ab', 'cd'), response).then(settle);
    });
    const session = http2.connect(`http://127.0.0.1:${await listen(server)}`);
    const stream = session.request({ ':path': '/', ':method': method });
    const [headers] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders];
    expect((await stream.toArray()).length).toBe(0);
    expect([headers[':status'], stream.rstCode]).toEqual([status, http2.constants.NGHTTP2_NO_ERROR]);
    expect(await summary).toEqual({ outcome: 'ended', reason: undefined, sent: 0 });
    session.close();
  });
});

describe('a request body', () => {
  test('is sent by a client and received by fromNodeReadable', async () => {
    const body = Buffer.from(patterned(50_000));
    let receive!: (outcome: unknown) => void;
    const received = new Promise((resolve) => (receive = resolve));
    const server = http.createServer((request, response) => {
      const reader = fromNodeReadable(request, arrayStrategy, { movesChunks: true });
      void outcomeOf(bytes(reader)).then((outcome) => {
        receive(outcome);
        response.end();
      });
    });
    const request = http.request({
      port: await listen(server),
      host: '127.0.0.1',
      method: 'POST',
      agent: false,
    });
    expect(await sendBody(endedBody(...cut(body, 997)), request)).toMatchObject({ outcome: 'ended' });
    const { value } = (await received) as { value: Uint8Array };
    expect(body.equals(value)).toBe(true);
    await once(request, 'response');
  });

  test.each([[{}], [{ 'content-length': 10 }]])(
    'that its client breaks off (headers %o) is a failure to whoever reads it',
    async (headers) => {
      let receive!: (outcome: unknown) => void;
      const received = new Promise((resolve) => (receive = resolve));
      const server = http.createServer((request) => {
        void outcomeOf(bytes(fromNodeReadable(request, arrayStrategy))).then(receive);
      });
      const port = await listen(server);
      const request = http.request({ port, host: '127.0.0.1', method: 'POST', agent: false, headers });
      await sendBody(failedBody(new Error('died'), 'ab'), request);
      expect(await received).toMatchObject({ reason: { code: 'ECONNRESET' } });
    },
  );
});

/** Lends its one piece of memory, and writes over it when it lets go of it, so that whoever still reads it shows. */
function scribblingStrategy(released: number[], mostLent = Infinity): BufferStrategy {
  // Long chunks would go past a store that says it copies.
  const traits = { ...arrayStrategy.traits, put: 'takes' } as const;
  const createStore = (): ByteStore => new ScribblingStore(released, mostLent);
  return { ...arrayStrategy, name: 'scribbling', traits, createStore };
}

class ScribblingStore implements ByteStore {
  #memory = new Uint8Array(0);
  readonly #released: number[];
  readonly #mostLent: number;

  constructor(released: number[], mostLent: number) {
    this.#mostLent = mostLent;
    this.#released = released;
  }

  get size(): number {
    return this.#memory.length;
  }

  get cost(): number {
    return this.#memory.length;
  }

  put(chunk: Uint8Array): number {
    this.#memory = Buffer.concat([this.#memory, chunk]);
    return chunk.length;
  }

  peek(): Uint8Array {
    return this.#memory.subarray(0, this.#mostLent);
  }

  take(max = this.size): Uint8Array {
    const bytes = new Uint8Array(this.#memory.subarray(0, max));
    this.drop(max);
    return bytes;
  }

  takeInto(target: Uint8Array): number {
    const bytes = this.take(target.length);
    target.set(bytes);
    return bytes.length;
  }

  drop(count: number): void {
    if (count === 0) return;
    this.#released.push(count);
    this.#memory.fill(0xee, 0, count);
    this.#memory = this.#memory.subarray(count);
  }

  clear(): void {
    this.drop(this.size);
  }
}
