import { once } from 'node:events';
import http2 from 'node:http2';
import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createPipe } from '@millrace/core';
import chunkQueue from '@millrace/chunk-queue';
import {
  codes,
  END_STREAM,
  frameTypes,
  type RawHttp2Connection,
} from '@millrace/test-servers/raw-http2-connection';
import { rawHttp2Server } from '@millrace/test-servers/raw-http2-server';
import type { Dispatcher } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAgent } from '../src/index.ts';
import { everyStrategy } from './every-strategy.ts';
import { everyWayOfCollecting, everyWayOfStreaming } from './every-way-of-reading.ts';
import { http2Cleartext, http2OverTls, http2Server, tlsServer } from './http2-server.ts';
import { makeClient } from './make-client.ts';
import { patternedBytes, sha256 } from './patterned-bytes.ts';

const part = '"a JSON document that could be whole"';

/** How a body without a length breaks off. */
const breaks: Readonly<Record<string, (connection: RawHttp2Connection, stream: number) => void>> = {
  'RST_STREAM with NO_ERROR': (connection, stream) => connection.sendReset(stream, codes.noError),
  'RST_STREAM with CANCEL': (connection, stream) => connection.sendReset(stream, codes.cancel),
  'RST_STREAM with INTERNAL_ERROR': (connection, stream) => connection.sendReset(stream, codes.internalError),
  'GOAWAY that leaves it out': (connection) => connection.sendGoaway(0, codes.noError),
  'GOAWAY with an error, and FIN': (connection, stream) => {
    connection.sendGoaway(stream, codes.internalError);
    connection.socket.end();
  },
  FIN: ({ socket }) => void socket.end(),
  RST: ({ socket }) => void socket.resetAndDestroy(),
};

describe.each(everyStrategy)('an HTTP/2 body through $name', (strategy) => {
  const client = () => makeClient({ strategy, agent: http2Cleartext });

  describe.each(Object.entries(breaks))('that %s cuts off', (_, breakOff) => {
    it.each(Object.entries(everyWayOfStreaming))(
      'delivers what came, then throws (%s) [P3]',
      async (_name, read) => {
        const { content, stream, connection } = await responding(client());
        connection.sendData(stream, part);
        await content.reader.peek(part.length);
        breakOff(connection, stream);
        let text = '';
        await expect(
          read(content, (bytes) => (text += new TextDecoder().decode(bytes))),
        ).rejects.toBeInstanceOf(Error);
        expect(text).toBe(part);
        expect(content.complete).toBe(false);
      },
    );

    it.each(Object.entries(everyWayOfCollecting))('throws (%s) [P3]', async (_name, read) => {
      const { content, stream, connection } = await responding(client());
      connection.sendData(stream, part);
      await content.reader.peek(part.length);
      breakOff(connection, stream);
      await expect(read(content, () => {})).rejects.toBeInstanceOf(Error);
    });
  });

  it.each<[string, (connection: RawHttp2Connection, stream: number) => void]>([
    ['a last frame', (connection, stream) => connection.sendData(stream, '', END_STREAM)],
    [
      'a last frame, a reset right behind it',
      (connection, stream) => {
        connection.sendData(stream, '', END_STREAM);
        connection.sendReset(stream, codes.noError);
      },
    ],
  ])('is whole after %s', async (_, end) => {
    const { content, stream, connection } = await responding(client());
    connection.sendData(stream, part);
    end(connection, stream);
    expect(await content.text()).toBe(part);
    expect(content.complete).toBe(true);
  });

  it.each([
    ['is whole', part, undefined],
    ['fails', part.slice(1), 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'],
  ])(
    '%s at a reset with NO_ERROR in place of a last frame, of a declared length, at %j',
    async (_, sent, code) => {
      const server = await rawHttp2Server();
      const requested = client().request(server.url);
      const connection = await server.next();
      const { stream } = await connection.next(frameTypes.headers);
      connection.sendHeaders(stream, 0, part.length);
      const { content } = await requested;
      connection.sendData(stream, sent);
      connection.sendReset(stream, codes.noError);
      if (code === undefined) expect(await content.text()).toBe(part);
      else await expect(content.text()).rejects.toMatchObject({ code });
      expect(content.complete).toBe(code === undefined);
    },
  );

  it('is whole beside others that are as long, from a server that reads no request', async () => {
    const body = 'x'.repeat(100_000);
    const { url } = await http2Server((_, response) => response.end(body));
    const shared = client();
    const requests = Array.from({ length: 40 }, () =>
      shared.request(url, { method: 'POST', body: 'unread' }),
    );
    const texts = await Promise.all(requests.map(async (request) => (await request).content.text()));
    expect(texts.map(({ length }) => length)).toEqual(requests.map(() => body.length));
  });

  it('is empty and whole when the headers end the stream', async () => {
    const server = await rawHttp2Server();
    const requested = client().request(server.url);
    const connection = await server.next();
    const { stream } = await connection.next(frameTypes.headers);
    connection.sendHeaders(stream, END_STREAM);
    const { content } = await requested;
    expect(content.complete).toBe(true);
    expect(await content.text()).toBe('');
    expect(content.complete).toBe(true);
  });

  it('is not over with its headers when trailers come in the same breath', async () => {
    const server = await rawHttp2Server();
    const requested = client().request(server.url);
    const connection = await server.next();
    const { stream } = await connection.next(frameTypes.headers);
    connection.socket.cork();
    connection.sendHeaders(stream);
    connection.sendTrailers(stream, 'x-sum', 'done');
    connection.socket.uncork();
    const { content, trailers } = await requested;
    expect(await content.text()).toBe('');
    expect({ ...trailers }).toEqual({ 'x-sum': 'done' });
  });

  it('fails when the headers end the stream and declare a body [P15]', async () => {
    const server = await rawHttp2Server();
    const requested = client().request(server.url);
    const connection = await server.next();
    const { stream } = await connection.next(frameTypes.headers);
    connection.sendHeaders(stream, END_STREAM, 5);
    await expect(requested.then(({ content }) => content.text())).rejects.toBeInstanceOf(Error);
  });

  it.each([
    ['shorter', 'content'],
    ['longer', 'content and more'],
  ])('fails when it is %s than declared [P15]', async (_, sent) => {
    const { url, server } = await http2Server(http2.createServer());
    server.on('stream', (stream) => {
      stream.on('error', () => {});
      stream.respond({ ':status': 200, 'content-length': 10 });
      stream.end(sent);
    });
    const { content } = await client().request(url);
    await expect(content.text()).rejects.toMatchObject({ code: 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' });
    expect(content.complete).toBe(false);
  });

  it('arrives byte for byte in both directions at once, read slowly, with trailers behind it', async () => {
    const body = patternedBytes(3 * 1024 * 1024 + 17);
    const { url } = await http2Server((request, response) => {
      request.on('end', () => response.addTrailers({ 'x-sum': 'done' }));
      request.pipe(response);
    });
    const { reader, writer } = createPipe(strategy);
    const sending = (async () => {
      for (let at = 0; at < body.length; at += 100_003) {
        writer.writeCopy(body.subarray(at, at + 100_003));
        await writer.ready();
      }
      writer.end();
    })();
    const { content, trailers } = await client().request(url, { method: 'POST', body: reader });
    const chunks: Uint8Array[] = [];
    for await (const chunk of content.stream()) {
      chunks.push(chunk);
      if (chunks.length % 3 === 0) await nextTurn();
    }
    await sending;
    expect(sha256(...chunks)).toBe(sha256(body));
    expect({ ...trailers }).toEqual({ 'x-sum': 'done' });
    expect(content.trailers).toBe(trailers);
  });

  describe.each(Object.entries(breaks))('before %s', (how, breakOff) => {
    /** What a reader gets that comes when all of that has happened. */
    const readBehind = async (lastFlags: number, length?: number) => {
      const dispatcher = createAgent(http2Cleartext);
      onTestFinished(() => dispatcher.destroy());
      const client = makeClient({ strategy, dispatcher, pipe: { highWaterMark: 4 } });
      const { content, stream, connection } = await responding(client, length);
      connection.sendData(stream, 'the first ');
      await content.reader.peek(10);
      connection.sendData(stream, 'one and ');
      connection.sendData(stream, 'the last', lastFlags);
      await answeredBehind(client, connection, 1);
      const isOfTheStream = how.startsWith('RST_STREAM');
      const gone = isOfTheStream ? undefined : once(dispatcher, 'disconnect');
      breakOff(connection, stream);
      await (gone ?? answeredBehind(client, connection, 2));
      let text = '';
      let failure: unknown;
      try {
        for await (const chunk of content.stream()) {
          text += new TextDecoder().decode(chunk);
          await nextTurn();
        }
      } catch (reason) {
        failure = reason;
      }
      return { text, failure, isComplete: content.complete };
    };

    it('has come whole, and is whole for a slow reader', async () => {
      expect(await readBehind(END_STREAM)).toEqual({
        text: 'the first one and the last',
        failure: undefined,
        isComplete: true,
      });
    });

    it('has all that it declares, and is whole for a slow reader unless its server says that it is wrong', async () => {
      const isSaidToBeWrong = how.includes('INTERNAL_ERROR');
      expect(await readBehind(0, 26)).toEqual({
        text: 'the first one and the last',
        failure: isSaidToBeWrong ? expect.any(Error) : undefined,
        isComplete: !isSaidToBeWrong,
      });
    });

    it('has not come whole, and fails behind all that came for a slow reader [P3]', async () => {
      expect(await readBehind(0)).toEqual({
        text: 'the first one and the last',
        failure: expect.any(Error),
        isComplete: false,
      });
    });
  });

  it('that has come whole can be given up, and holds no stream', async () => {
    const client = makeClient({ strategy, agent: http2Cleartext, pipe: { highWaterMark: 4 } });
    const { content, stream, connection } = await responding(client);
    connection.sendData(stream, 'the first ');
    await content.reader.peek(10);
    connection.sendData(stream, 'one and ');
    connection.sendData(stream, 'the last', END_STREAM);
    await answeredBehind(client, connection, 1);
    content.cancel(new Error('enough'));
    expect(await content.closed).toMatchObject({ outcome: 'cancelled', delivered: 0 });
    expect(content.complete).toBe(false);
    await answeredBehind(client, connection, 2);
    expect(connection.received.filter(({ type }) => type === frameTypes.reset)).toEqual([]);
    await client.close();
  });

  it('keeps what its reader has not taken yet when its trailers come', async () => {
    const body = patternedBytes(200_000);
    const { url } = await http2Server((_, response) => {
      response.write(body);
      response.addTrailers({ 'x-sum': 'done' });
      response.end();
    });
    const { content } = await makeClient({ strategy, agent: http2Cleartext }).request(url);
    const chunks: Uint8Array[] = [];
    await untilIdle(() => content.reader.size);
    for await (const chunk of content.stream()) {
      chunks.push(chunk);
      await untilIdle(() => content.reader.size);
    }
    expect(sha256(...chunks)).toBe(sha256(body));
    expect({ ...content.trailers }).toEqual({ 'x-sum': 'done' });
  });

  it('that nobody reads stops its server, and goes on when it is read', async () => {
    const piece = patternedBytes(64 * 1024);
    const pieces = 256;
    let poured = 0;
    const { url } = await http2Server((_, response) => {
      const pour = () => {
        while (poured < pieces) if (!response.write(piece, () => {}) || ++poured < 0) break;
        if (poured === pieces) response.end();
      };
      const more = () => {
        poured++;
        pour();
      };
      response.on('drain', more);
      pour();
    });
    const { content } = await client().request(url);
    await untilIdle(() => poured);
    expect(poured).toBeLessThan(pieces / 2);
    expect(content.reader.size).toBeLessThanOrEqual(64 * 1024 + 64 * 1024);
    const chunks: Uint8Array[] = [];
    for await (const chunk of content.stream()) chunks.push(chunk);
    expect(sha256(...chunks)).toBe(sha256(...Array.from({ length: pieces }, () => piece)));
  });
});

describe('an HTTP/2 response', () => {
  it.each(['HEAD', 'GET 304'])(
    'has no body where its content-length is not that of one (%s)',
    async (which) => {
      const [method = '', status = '200'] = which.split(' ');
      const { url } = await http2Server((_, response) => {
        response.writeHead(Number(status), { 'content-length': 5 });
        response.end();
      });
      const client = makeClient({ strategy: chunkQueue, agent: http2Cleartext });
      const { content, headers } = await client.request(url, { method });
      expect(headers['content-length']).toBe('5');
      expect(await content.read()).toHaveLength(0);
      expect(content.complete).toBe(true);
    },
  );

  it('comes behind the interim ones', async () => {
    const { url } = await http2Server((_, response) => {
      response.writeEarlyHints({ link: '</a>; rel=preload' });
      response.end('hi');
    });
    const seen: unknown[] = [];
    const { content } = await makeClient({ strategy: chunkQueue, agent: http2Cleartext }).request(url, {
      onInformation: ({ status, headers }) => void seen.push([status, headers['link']]),
    });
    expect(await content.text()).toBe('hi');
    expect(seen).toEqual([[103, '</a>; rel=preload']]);
  });

  it('arrives to its end when a GOAWAY lets it, and what comes later goes to a new session', async () => {
    const server = await rawHttp2Server();
    const client = makeClient({ strategy: chunkQueue, agent: http2Cleartext });
    const requested = client.request(server.url);
    const connection = await server.next();
    const { stream } = await connection.next(frameTypes.headers);
    connection.sendHeaders(stream);
    const { content } = await requested;
    connection.sendGoaway(stream, codes.noError);
    connection.sendData(stream, 'to the ');
    await content.reader.peek(7);
    const later = client.request(server.url);
    const second = await server.next();
    second.sendHeaders((await second.next(frameTypes.headers)).stream, END_STREAM);
    expect(await (await later).content.text()).toBe('');
    connection.sendData(stream, 'end', END_STREAM);
    expect(await content.text()).toBe('to the end');
    expect(content.complete).toBe(true);
  });
});

it('an HTTP/2 response that is given up tells its handler at once, whatever waits for it', async () => {
  const server = await rawHttp2Server();
  const agent = createAgent(http2Cleartext);
  onTestFinished(() => agent.destroy());
  const chunks: string[] = [];
  let failure: unknown;
  const paused = new Promise<Dispatcher.DispatchController>((resolve) => {
    agent.dispatch(
      { origin: server.url.slice(0, -1), path: '/', method: 'GET' },
      {
        onResponseData: (controller, chunk) => {
          chunks.push(String(chunk));
          controller.pause();
          resolve(controller);
        },
        onResponseError: (_, error) => void (failure = error),
      },
    );
  });
  const connection = await server.next();
  const { stream } = await connection.next(frameTypes.headers);
  connection.sendHeaders(stream);
  connection.sendData(stream, 'taken');
  const controller = await paused;
  connection.sendData(stream, 'waiting');
  await answeredBehind(makeClient({ strategy: chunkQueue, dispatcher: agent }), connection, 1);
  const reason = new Error('enough');
  controller.abort(reason);
  expect([chunks, failure]).toEqual([['taken'], reason]);
});

describe('an HTTP/2 upload', () => {
  it.each(['throws', 'is aborted'])(
    'that %s never looks whole: the server gets a reset and no end',
    async (how) => {
      const server = await rawHttp2Server();
      const controller = new AbortController();
      const { reader, writer } = createPipe(chunkQueue);
      const requested = makeClient({ strategy: chunkQueue, agent: http2Cleartext }).request(server.url, {
        method: 'POST',
        body: reader,
        signal: controller.signal,
      });
      writer.writeCopy(new Uint8Array(5));
      const connection = await server.next();
      await connection.next(frameTypes.data);
      const reason = new Error('broken');
      if (how === 'throws') writer.fail(reason);
      else controller.abort(reason);
      await expect(requested).rejects.toBe(reason);
      const reset = await connection.next(frameTypes.reset);
      // Servers on Node take CANCEL for an end.
      expect(reset.payload).toEqual(Uint8Array.of(0, 0, 0, codes.internalError));
      expect(connection.received.filter(({ flags }) => (flags & END_STREAM) !== 0)).toEqual([]);
    },
  );

  it('that is answered early is cut short, without losing the answer or the session', async () => {
    const server = await rawHttp2Server();
    const { reader, writer } = createPipe(chunkQueue);
    const client = makeClient({ strategy: chunkQueue, agent: http2Cleartext });
    const requested = client.request(server.url, { method: 'POST', body: reader });
    writer.writeCopy(new Uint8Array(5));
    const connection = await server.next();
    const { stream } = await connection.next(frameTypes.data);
    connection.sendHeaders(stream);
    connection.sendData(stream, 'too much', END_STREAM);
    expect(await (await requested).content.text()).toBe('too much');
    await connection.next(frameTypes.reset);
    expect(connection.received.filter(({ flags, type }) => type === frameTypes.data && flags !== 0)).toEqual(
      [],
    );
    expect(await writer.closed).toMatchObject({ outcome: 'cancelled' });
    expect(connection.socket.destroyed).toBe(false);
  });

  it.each([
    ['whole', END_STREAM],
    ['all that came, and no end [P3]', 0],
  ])(
    'that is answered early, and reset before its slow reader comes, has its answer: %s',
    async (_, flags) => {
      const server = await rawHttp2Server();
      const { reader, writer } = createPipe(chunkQueue);
      const client = makeClient({ strategy: chunkQueue, agent: http2Cleartext, pipe: { highWaterMark: 1 } });
      const requested = client.request(server.url, { method: 'POST', body: reader });
      writer.writeCopy(new Uint8Array(5));
      const connection = await server.next();
      const { stream } = await connection.next(frameTypes.data);
      connection.sendHeaders(stream);
      const { content } = await requested;
      connection.sendData(stream, 'far ');
      await content.reader.peek(4);
      connection.sendData(stream, 'too ');
      connection.sendData(stream, 'much', flags);
      connection.sendReset(stream, codes.noError);
      // An answer behind the reset: whoever has that has the reset.
      const later = client.request(server.url, { method: 'PUT' });
      connection.sendHeaders((await connection.next(frameTypes.headers, 2)).stream, END_STREAM);
      await (await later).content.read();
      let text = '';
      const reading = (async () => {
        for await (const chunk of content.stream()) text += new TextDecoder().decode(chunk);
      })();
      if (flags === END_STREAM) await reading;
      else await expect(reading).rejects.toThrow('the stream was reset before its end');
      expect([text, content.complete]).toEqual(['far too much', flags === END_STREAM]);
    },
  );

  it('has room beside others that are as large', async () => {
    const sizes: number[] = [];
    const { url } = await http2Server(async (request, response) => {
      let size = 0;
      for await (const chunk of request) size += (chunk as Uint8Array).length;
      sizes.push(size);
      response.end('thanks');
    });
    const client = makeClient({ strategy: chunkQueue, agent: http2Cleartext });
    const body = new Uint8Array(500_000);
    const requests = Array.from({ length: 60 }, () => client.request(url, { method: 'POST', body }));
    const texts = await Promise.all(requests.map(async (request) => (await request).content.text()));
    expect(texts).toEqual(requests.map(() => 'thanks'));
    expect(sizes).toEqual(requests.map(() => body.length));
  });

  it('may be answered early again and again', async () => {
    let sessions = 0;
    const { url, server } = await http2Server((_, response) => response.end('too much'));
    server.on('session', () => (sessions += 1));
    const client = makeClient({ strategy: chunkQueue, agent: http2Cleartext });
    const body = new Uint8Array(300_000);
    for (let sent = 0; sent < 400; sent += 10) {
      const requests = Array.from({ length: 10 }, () => client.request(url, { method: 'POST', body }));
      const texts = await Promise.all(requests.map(async (request) => (await request).content.text()));
      expect(texts).toEqual(requests.map(() => 'too much'));
    }
    // Each is used no more when it has lost too much to such requests, and not before it has had dozens of them.
    expect(sessions).toBeGreaterThan(1);
    expect(sessions).toBeLessThan(20);
  });

  it('waits for the server, which takes no more than its window', async () => {
    const server = await rawHttp2Server();
    let yielded = 0;
    const piece = new Uint8Array(16 * 1024);
    const controller = new AbortController();
    const requested = makeClient({ strategy: chunkQueue, agent: http2Cleartext }).request(server.url, {
      method: 'POST',
      signal: controller.signal,
      body: (async function* () {
        for (; yielded < 1000; yielded++) yield piece;
      })(),
    });
    await server.next();
    await untilIdle(() => yielded);
    expect(yielded).toBeLessThan(20);
    controller.abort(new Error('enough'));
    await expect(requested).rejects.toThrow('enough');
  });
});

describe('HTTP/2 over TLS', () => {
  it('is spoken when server and agent agree on it', async () => {
    const { url } = await tlsServer((request, response) => response.end(request.httpVersion));
    const client = makeClient({ strategy: chunkQueue, agent: http2OverTls });
    expect(await (await client.request(url)).content.text()).toBe('2.0');
    const { ca } = {
      ca: http2OverTls.connect && 'ca' in http2OverTls.connect ? http2OverTls.connect.ca : [],
    };
    const plain = makeClient({ strategy: chunkQueue, agent: { connect: { ca: ca as string } } });
    expect(await (await plain.request(url)).content.text()).toBe('1.1');
  });

  it('fails every body on a connection that is reset while they are read, and goes on with another', async () => {
    const { url, server } = await tlsServer(undefined, { http2Only: true });
    const transports: Socket[] = [];
    server.on('connection', (transport: Socket) => transports.push(transport.on('error', () => {})));
    server.on('stream', (stream, { ':path': path }) => {
      stream.on('error', () => {}).respond({ ':status': 200 });
      if (path === '/') stream.end();
      const pour = (): void => {
        while (!stream.destroyed && stream.write(new Uint8Array(65_536)));
      };
      if (path !== '/') pour();
      stream.on('drain', pour);
    });
    const client = makeClient({ strategy: chunkQueue, agent: http2OverTls });
    let delivered = 0;
    const downloads = Array.from({ length: 3 }, async () => {
      const { content } = await client.request(`${url}endless`);
      for await (const chunk of content.stream()) delivered += chunk.length;
    });
    while (delivered < 50_000_000) await nextTurn();
    for (const transport of transports) transport.resetAndDestroy();
    const outcomes = await Promise.allSettled(downloads);
    expect(outcomes.map(({ status }) => status)).toEqual(downloads.map(() => 'rejected'));
    expect(await (await client.request(url)).content.text()).toBe('');
  });

  // What has not been looked at when the end of the connection is read: Node does not look at it while it writes, and it writes its
  // word on the server's settings.
  it.each(['GET', 'POST'])(
    'keeps all frames of the first answer, though the connection ends in the same breath (%s)',
    async (method) => {
      const server = await rawHttp2Server({ overTls: true });
      const client = makeClient({ strategy: chunkQueue, agent: http2OverTls });
      const { reader, writer } = createPipe(chunkQueue);
      writer.writeCopy(new Uint8Array(100_000));
      const requested = client.request(server.url, method === 'GET' ? {} : { method, body: reader });
      const connection = await server.next();
      const { stream } = await connection.next(frameTypes.headers);
      connection.sendHeaders(stream);
      for (const piece of ['all ', 'of ', 'it']) connection.sendData(stream, piece);
      connection.sendData(stream, '', END_STREAM);
      connection.socket.end();
      expect(await (await requested).content.text()).toBe('all of it');
    },
  );

  it('keeps no connection that is to go for an upload that was answered early and reset in the same breath', async () => {
    const server = await rawHttp2Server({ overTls: true });
    const client = makeClient({ strategy: chunkQueue, agent: http2OverTls });
    const { reader, writer } = createPipe(chunkQueue);
    let isOver = false;
    void writer.closed.then(() => (isOver = true));
    const uploading = (async () => {
      for (; !isOver; await nextTurn()) writer.writeCopy(new Uint8Array(16_384));
    })();
    const requested = client.request(server.url, { method: 'POST', body: reader });
    const connection = await server.next();
    const { stream } = await connection.next(frameTypes.headers);
    connection.sendHeaders(stream);
    for (const piece of ['all ', 'of ']) connection.sendData(stream, piece);
    connection.sendData(stream, 'it', END_STREAM);
    connection.sendReset(stream, codes.noError);
    expect(await (await requested).content.text()).toBe('all of it');
    await uploading;
    const closed = once(connection.socket, 'close');
    connection.sendGoaway(stream, codes.noError);
    await closed;
  });

  it('tells a reset with NO_ERROR from an end as well', async () => {
    const { url, server } = await tlsServer(undefined, { http2Only: true });
    server.on('stream', (stream) => {
      stream.respond({ ':status': 200 });
      stream.write('half of it', () => stream.destroy());
    });
    const { content } = await makeClient({ strategy: chunkQueue, agent: http2OverTls }).request(url);
    await expect(content.text()).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' });
  });
});

async function responding(client: ReturnType<typeof makeClient>, length?: number) {
  const server = await rawHttp2Server();
  const requested = client.request(server.url);
  const connection = await server.next();
  const { stream } = await connection.next(frameTypes.headers);
  connection.sendHeaders(stream, 0, length);
  return { content: (await requested).content, connection, stream };
}

/** Settles when the answer to another request, its `at`th, has come: what was sent on the connection before has come too. */
async function answeredBehind(
  client: ReturnType<typeof makeClient>,
  connection: RawHttp2Connection,
  at: number,
): Promise<void> {
  const { localAddress, localPort } = connection.socket;
  const later = client.request(`http://${localAddress}:${localPort}/`);
  connection.sendHeaders((await connection.next(frameTypes.headers, at + 1)).stream, END_STREAM);
  await (await later).content.read();
}

/** Settles when many turns of the event loop, each of which could have changed the figure, have left it alone. */
async function untilIdle(figure: () => number): Promise<void> {
  for (let before = -1, idleTurns = 0; idleTurns < 200; idleTurns++) {
    if (figure() !== before) idleTurns = 0;
    before = figure();
    await nextTurn();
  }
}
