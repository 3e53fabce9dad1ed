import type { Socket } from 'node:net';
import { createPipe } from '@millrace/core';
import chunkQueue from '@millrace/chunk-queue';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAgent, type RequestOptions } from '../src/index.ts';
import { everyStrategy } from './every-strategy.ts';
import { everyWayOfCollecting, everyWayOfStreaming } from './every-way-of-reading.ts';
import { httpServer } from './http-server.ts';
import { makeClient } from './make-client.ts';
import { patternedBytes, sha256 } from './patterned-bytes.ts';
import { rawServer } from './raw-server.ts';
import { socketClosed } from './socket-closed.ts';

/** What makes a request one that undici cannot carry over HTTP/1.1. */
const special: RequestOptions = { method: 'POST', body: 'hello', trailers: { 'x-sum': '1' } };

const part = '"a JSON document that could be whole"';
const fin = (socket: Socket): void => void socket.end();
const reset = (socket: Socket): void => void socket.resetAndDestroy();

const faults: Readonly<Record<string, readonly [string, (socket: Socket) => void]>> = {
  'a declared length, FIN short of it': [`content-length: 100\r\n\r\n${part}`, fin],
  'a declared length, RST short of it': [`content-length: 100\r\n\r\n${part}`, reset],
  'chunks, FIN without the last one': [`transfer-encoding: chunked\r\n\r\n25\r\n${part}\r\n`, fin],
  'chunks, RST without the last one': [`transfer-encoding: chunked\r\n\r\n25\r\n${part}\r\n`, reset],
  'chunks, one of no size': [
    `transfer-encoding: chunked\r\n\r\n25\r\n${part}\r\n`,
    (socket) => socket.end('zz\r\n'),
  ],
  'no length, RST': [`\r\n${part}`, reset],
};

describe.each(everyStrategy)('a response on a connection of its own, through $name', (strategy) => {
  describe.each(Object.entries(faults))('with %s', (_, [rest, breakOff]) => {
    const broken = async () => {
      const server = await rawServer(`HTTP/1.1 200 OK\r\n${rest}`);
      const { content } = await makeClient({ strategy }).request(server.url, special);
      const { socket } = await server.next();
      await content.reader.peek(part.length);
      breakOff(socket);
      return content;
    };

    it.each(Object.entries(everyWayOfStreaming))(
      'delivers what came, then throws (%s) [P3]',
      async (_name, read) => {
        const content = await broken();
        let text = '';
        const reading = read(content, (bytes) => (text += new TextDecoder().decode(bytes)));
        await expect(reading).rejects.toBeInstanceOf(Error);
        expect(text).toBe(part);
        expect(content.complete).toBe(false);
      },
    );

    it.each(Object.entries(everyWayOfCollecting))('throws (%s) [P3]', async (_name, read) => {
      await expect(read(await broken(), () => {})).rejects.toBeInstanceOf(Error);
    });
  });

  it('without a length is whole when it ends with FIN', async () => {
    const server = await rawServer(`HTTP/1.1 200 OK\r\n\r\n${part}`);
    const { content } = await makeClient({ strategy }).request(server.url, special);
    (await server.next()).socket.end();
    expect(await content.text()).toBe(part);
    expect(content.complete).toBe(true);
  });

  it('without a length is no clean end after a reset that comes while nobody reads', async () => {
    const server = await rawServer('HTTP/1.1 200 OK\r\n\r\n');
    const client = makeClient({ strategy, pipe: { highWaterMark: 1024 } });
    const { content } = await client.request(server.url, special);
    const { socket } = await server.next();
    socket.write(patternedBytes(100 * 1024));
    await content.reader.peek(1);
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    socket.resetAndDestroy();
    await socketClosed(socket);
    await expect(content.read()).rejects.toBeInstanceOf(Error);
    expect(content.complete).toBe(false);
  });

  it('gives nothing of the bytes behind it', async () => {
    const server = await rawServer('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi, and more');
    const { content } = await makeClient({ strategy }).request(server.url, special);
    expect(await content.text()).toBe('hi');
    await socketClosed((await server.next()).socket);
  });

  it('stops its server while nobody reads, and arrives byte for byte when somebody does', async () => {
    const piece = patternedBytes(64 * 1024);
    let poured = 0;
    const url = await httpServer((_, response) => {
      const pour = () => {
        while (poured < 512 && ++poured && response.write(piece));
        if (poured === 512) response.end();
      };
      response.on('drain', pour);
      pour();
    });
    const { content } = await makeClient({ strategy }).request(url, special);
    for (let before = -1, idleTurns = 0; idleTurns < 200; idleTurns++) {
      if (poured !== before) idleTurns = 0;
      before = poured;
      await new Promise(setImmediate);
    }
    expect(poured).toBeLessThan(256);
    expect(content.reader.size).toBeLessThanOrEqual(64 * 1024 + 128 * 1024);
    const chunks: Uint8Array[] = [];
    for await (const chunk of content.stream()) chunks.push(chunk);
    expect(sha256(...chunks)).toBe(sha256(...Array.from({ length: 512 }, () => piece)));
  });
});

describe('a request on a connection of its own', () => {
  it('is asked for no more than its server takes, and given up when it is answered early', async () => {
    const server = await rawServer();
    const { reader, writer } = createPipe(chunkQueue, { highWaterMark: 256 * 1024, maxBuffered: Infinity });
    for (let piece = 0; piece < 256; piece++) writer.writeCopy(new Uint8Array(256 * 1024));
    const requested = makeClient({ strategy: chunkQueue }).request(server.url, { ...special, body: reader });
    const { socket } = await server.next();
    socket.pause();
    for (let before = -1, idleTurns = 0; idleTurns < 100; idleTurns++) {
      if (reader.size !== before) idleTurns = 0;
      before = reader.size;
      await new Promise(setImmediate);
    }
    expect(reader.size).toBeGreaterThan(32 * 1024 * 1024);
    socket.write('HTTP/1.1 413 Content Too Large\r\ncontent-length: 3\r\n\r\nbig');
    const { status, content } = await requested;
    expect([status, await content.text()]).toEqual([413, 'big']);
    expect(await writer.closed).toMatchObject({ outcome: 'cancelled' });
    socket.resume();
    await socketClosed(socket);
  });

  it('fails with the timeout that ran out, for the headers and for the body', async () => {
    const silent = await rawServer();
    const client = makeClient({ strategy: chunkQueue });
    await expect(client.request(silent.url, { ...special, headersTimeoutMs: 1 })).rejects.toMatchObject({
      code: 'UND_ERR_HEADERS_TIMEOUT',
    });
    const stuck = await rawServer('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello');
    const { content } = await client.request(stuck.url, { ...special, bodyTimeoutMs: 1 });
    await expect(content.text()).rejects.toMatchObject({ code: 'UND_ERR_BODY_TIMEOUT' });
  });

  it('gets every header and trailer of its answer, however many there are', async () => {
    const lines = 'a: b\r\n'.repeat(1200);
    const head = `HTTP/1.1 200 OK\r\n${lines}last: 1\r\ntransfer-encoding: chunked\r\n\r\n`;
    const server = await rawServer(`${head}2\r\nhi\r\n0\r\n${lines}last: 2\r\n\r\n`);
    const response = await makeClient({ strategy: chunkQueue }).request(server.url, special);
    expect(await response.content.text()).toBe('hi');
    expect(response.rawHeaders).toHaveLength(2 * 1202);
    expect(response.headers['last']).toBe('1');
    expect(response.trailers['last']).toBe('2');
  });

  it('is broken off by its client, and not taken by an agent that was destroyed', async () => {
    const server = await rawServer();
    const agent = createAgent();
    onTestFinished(() => agent.destroy());
    const client = makeClient({ strategy: chunkQueue, dispatcher: agent });
    const requested = client.request(server.url, special);
    const { socket } = await server.next();
    const reason = new Error('shutting down');
    await Promise.all([expect(requested).rejects.toBe(reason), client.destroy(reason)]);
    await socketClosed(socket);
    await agent.destroy();
    await expect(
      makeClient({ strategy: chunkQueue, dispatcher: agent }).request(server.url, special),
    ).rejects.toMatchObject({ code: 'UND_ERR_DESTROYED' });
  });

  it.each([
    ['a name that is no token', { 'a b': 'c' }],
    ['a line break', { a: 'b\r\nc: d' }],
    ['framing of its own', { 'Transfer-Encoding': 'gzip' }],
    ['an expectation of its own', { expect: '100-continue' }],
  ])('is refused with ERR_PIPE_ARGUMENT for a header with %s', async (_, headers) => {
    const server = await rawServer();
    const requested = makeClient({ strategy: chunkQueue }).request(server.url, { ...special, headers });
    await expect(requested).rejects.toMatchObject({ code: 'ERR_PIPE_ARGUMENT' });
  });
});
