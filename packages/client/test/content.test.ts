import chunkQueue from '@millrace/chunk-queue';
import { describe, expect, it } from 'vitest';
import { everyProtocol } from './every-protocol.ts';
import { everyStrategy } from './every-strategy.ts';
import { makeClient } from './make-client.ts';
import { patternedBytes, sha256 } from './patterned-bytes.ts';
import { rawServer } from './raw-server.ts';
import { socketClosed } from './socket-closed.ts';

const declared = (length: number, body: string): string =>
  `HTTP/1.1 200 OK\r\ncontent-length: ${length}\r\ncontent-type: text/x-odd\r\n\r\n${body}`;

describe.each(everyProtocol)('content over $name', ({ agent, serve }) => {
  describe.each(everyStrategy)('through $name', (strategy) => {
    it('is a WHATWG byte stream, with BYOB readers, and the same one at every call', async () => {
      const body = patternedBytes(700_001);
      const url = await serve((_, response) => response.end(body));
      const { content } = await makeClient({ strategy, agent }).request(url);
      const { readable } = content;
      expect(content.readable).toBe(readable);
      const reader = readable.getReader({ mode: 'byob' });
      const chunks: Uint8Array[] = [];
      for (;;) {
        const { value, done } = await reader.read(new Uint8Array(50_000));
        if (done) break;
        chunks.push(value);
      }
      expect(sha256(...chunks)).toBe(sha256(body));
      expect(content.complete).toBe(true);
    });

    it('is a Blob of the declared type', async () => {
      const url = await serve((_, response) => {
        response.setHeader('content-type', 'text/x-odd');
        response.end('hello');
      });
      const { content } = await makeClient({ strategy, agent }).request(url);
      const blob = await content.blob();
      expect([blob.type, await blob.text()]).toEqual(['text/x-odd', 'hello']);
    });
  });

  it('longer than maxBytes fails and frees its connection, before it arrives when it declares it', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/declared') response.setHeader('content-length', 11);
      response.write('0123456789');
    });
    const client = makeClient({ strategy: chunkQueue, agent });
    for (const [path, maxBytes] of [
      ['declared', 10],
      ['undeclared', 9],
    ] as const) {
      const { content } = await client.request(url + path, { maxBytes });
      await expect(content.text()).rejects.toMatchObject({ code: 'ERR_PIPE_TOO_LARGE', limit: maxBytes });
      expect(content.complete).toBe(false);
    }
    // Nothing is under way any more, so nothing is waited for.
    await client.close();
  });

  it('that nobody reads holds nothing once it has arrived', async () => {
    const url = await serve((_, response) => response.end('hello'));
    const client = makeClient({ strategy: chunkQueue, agent });
    const { content } = await client.request(url);
    while (!content.complete) await new Promise(setImmediate);
    await client.close();
    expect(await content.text()).toBe('hello');
  });

  it('that nobody reads is given up after readerTimeoutMs, which blames the reader, behind what came', async () => {
    const url = await serve((_, response) => response.end(patternedBytes(10_000_000)));
    const client = makeClient({ strategy: chunkQueue, agent, readerTimeoutMs: 1 });
    const { content } = await client.request(url);
    const { reader } = content;
    // Its connection is held until then: a body that somebody may read is waited for.
    await client.close();
    let received = 0;
    const reading = (async () => {
      for await (const chunk of reader) received += chunk.length;
    })();
    await expect(reading).rejects.toMatchObject({ code: 'ERR_PIPE_TIMEOUT', side: 'consumer' });
    expect(received).toBeGreaterThan(0);
    expect(content.complete).toBe(false);
  });

  it('that is read slowly outlives the body timeout: its server is not what is slow', async () => {
    const body = patternedBytes(10_000_000);
    const url = await serve((request, response) => {
      if (request.url === '/silent') response.write('x');
      else response.end(body);
    });
    const client = makeClient({ strategy: chunkQueue, agent });
    const slow = await client.request(url, { bodyTimeoutMs: 1000 });
    await slow.content.reader.peek(1);
    // A body whose server is slow runs into the same limit meanwhile, and then some.
    const silent = await client.request(`${url}silent`, { bodyTimeoutMs: 1500 });
    await expect(silent.content.text()).rejects.toMatchObject({ code: 'UND_ERR_BODY_TIMEOUT' });
    expect(sha256(await slow.content.read())).toBe(sha256(body));
  });
});

describe('discard', () => {
  it.each([
    ['has arrived', declared(5, 'hello'), ''],
    ['is still to come, but little', declared(10, 'hello'), 'world'],
    [
      'has no length, but turns out to be little',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n',
      '0\r\n\r\n',
    ],
  ])('keeps the connection of a body that %s', async (_, response, rest) => {
    const server = await rawServer(response);
    const client = makeClient({ strategy: chunkQueue, agent: { connections: 1 } });
    const { content } = await client.request(server.url);
    const connection = await server.next();
    const { socket } = connection;
    await content.reader.peek(1);
    const discarded = content.discard();
    socket.write(rest);
    await discarded;
    expect(content.complete).toBe(true);
    expect(content.reader.size).toBe(0);
    const second = client.request(server.url, { path: '/second' });
    while (!connection.received().includes('/second')) await new Promise(setImmediate);
    socket.write(declared(2, 'ok'));
    expect(await (await second).content.text()).toBe('ok');
  });

  it.each<[string, string, object]>([
    ['is known to be long', declared(1_000_000, 'hello'), {}],
    ['is longer than it is worth', declared(10, 'hello'), { maxBytes: 3 }],
    [
      'turns out to be long',
      `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n400\r\n${'x'.repeat(1024)}\r\n`,
      { maxBytes: 1000 },
    ],
    ['takes too long', declared(10, 'hello'), { timeoutMs: 1 }],
  ])('closes the connection of a body that %s', async (_, response, options) => {
    const server = await rawServer(response);
    const { content } = await makeClient({ strategy: chunkQueue }).request(server.url);
    const { socket } = await server.next();
    await content.discard(options);
    await socketClosed(socket);
    expect(content.complete).toBe(false);
    expect(await content.closed).toMatchObject({ outcome: 'cancelled' });
  });

  it('does not mind a body that breaks off', async () => {
    const server = await rawServer(declared(10, 'hello'));
    const { content } = await makeClient({ strategy: chunkQueue }).request(server.url);
    const discarded = content.discard();
    (await server.next()).socket.resetAndDestroy();
    await discarded;
    expect(content.complete).toBe(false);
  });
});
