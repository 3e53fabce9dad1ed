import { once } from 'node:events';
import http from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { createPipe, PipeError, type BufferStrategy, type PipeReader } from '@millrace/core';
import chunkQueue from '@millrace/chunk-queue';
import { listen } from '@millrace/test-servers/listen';
import { describe, expect, it } from 'vitest';
import type { RequestPayload } from '../src/index.ts';
import { RequestBody } from '../src/request-body.ts';
import { everyStrategy } from './every-strategy.ts';
import { httpServer } from './http-server.ts';
import { makeClient } from './make-client.ts';
import { patternedBytes, sha256 } from './patterned-bytes.ts';
import { rawServer } from './raw-server.ts';
import { refusingPort } from '@millrace/test-servers/refusing-port';
import { socketClosed } from './socket-closed.ts';

const hello = new TextEncoder().encode('hello');

async function* inPieces(body: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < body.length; at += length) yield body.subarray(at, at + length);
}

/** The body through a pipe whose writer waits for room. */
function piped(strategy: BufferStrategy, body: Uint8Array): PipeReader {
  const { reader, writer } = createPipe(strategy);
  void (async () => {
    for await (const piece of inPieces(body, 70_001)) {
      writer.writeCopy(piece);
      await writer.ready();
    }
    writer.end();
  })();
  return reader;
}

describe.each(everyStrategy)('an upload, with $name', (strategy) => {
  const body = patternedBytes(2 * 1024 * 1024 + 5);

  it.each<[string, () => RequestPayload]>([
    ['a Uint8Array', () => body],
    ['an async iterable', () => inPieces(body, 70_001)],
    ['a Node stream', () => Readable.from(inPieces(body, 70_001))],
    ['a ReadableStream', () => new Blob([body]).stream()],
    ['a PipeReader', () => piped(strategy, body)],
  ])('sends every byte of %s, chunked or with a declared length', async (_, makeBody) => {
    const url = await httpServer(async (request, response) => {
      response.end(sha256(...((await request.toArray()) as Uint8Array[])));
    });
    const client = makeClient({ strategy });
    for (const headers of [{}, { 'content-length': body.length }]) {
      const { content } = await client.request(url, { method: 'POST', body: makeBody(), headers });
      expect(await content.text()).toBe(sha256(body));
    }
  });

  it('passes a body on from one response to the next request', async () => {
    const origin = await httpServer((_, response) => response.end(body));
    const sink = await httpServer(async (request, response) => {
      response.end(sha256(...((await request.toArray()) as Uint8Array[])));
    });
    const client = makeClient({ strategy });
    const from = await client.request(origin);
    const to = await client.request(sink, { method: 'PUT', body: from.content.reader });
    expect(await to.content.text()).toBe(sha256(body));
  });
});

describe('a request body', () => {
  it('is asked for no more than the server takes', async () => {
    const server = await rawServer();
    let yielded = 0;
    const client = makeClient({ strategy: chunkQueue });
    const controller = new AbortController();
    const piece = new Uint8Array(256 * 1024);
    const requested = client.request(server.url, {
      method: 'POST',
      signal: controller.signal,
      body: (async function* () {
        for (; yielded < 256; yielded++) yield piece;
      })(),
    });
    requested.catch(() => {});
    const { socket } = await server.next();
    socket.pause();
    // Nobody takes anything: what is yielded from now on fills buffers, and those are finite. Each turn of the
    // event loop would let it go on.
    for (let before = -1, idleTurns = 0; idleTurns < 50; idleTurns++) {
      if (yielded !== before) idleTurns = 0;
      before = yielded;
      await new Promise(setImmediate);
    }
    expect(yielded).toBeLessThan(128);
    controller.abort(new Error('enough'));
    await expect(requested).rejects.toThrow('enough');
  });

  it('goes out with an empty chunk left out, since that would end it', async () => {
    const url = await httpServer((request, response) => void request.pipe(response));
    const { content } = await makeClient({ strategy: chunkQueue }).request(url, {
      method: 'POST',
      body: (async function* () {
        yield new Uint8Array(0);
        yield hello;
        yield new Uint8Array(0);
        yield hello;
      })(),
    });
    expect(await content.text()).toBe('hellohello');
  });
});

describe('a request body that fails', () => {
  const broken = new Error('the source broke');
  const failures: [string, () => RequestPayload, string | undefined, (error: unknown) => boolean][] = [
    ['throws', () => thenThrow([hello], broken), undefined, is(broken)],
    ['throws before its first byte', () => thenThrow([], broken), undefined, is(broken)],
    ['throws before the first byte of a declared length', () => thenThrow([], broken), '9', is(broken)],
    ['throws short of its declared length', () => thenThrow([hello], broken), '9', is(broken)],
    ['throws a falsy value', () => thenThrow([hello], 0), undefined, is(0)],
    ['throws undefined', () => thenThrow([], undefined), undefined, is(undefined)],
    ['yields too little', () => thenEnd([hello]), '9', isMismatch(9, 5)],
    ['yields nothing under a declared length', () => thenEnd([]), '9', isMismatch(9, 0)],
    ['yields too much', () => thenEnd([hello, hello]), '9', isMismatch(9, 10)],
    [
      'yields what is no Uint8Array',
      () => thenEnd([hello, 'hello' as never]),
      undefined,
      hasCode('ERR_PIPE_ARGUMENT'),
    ],
    ['is a pipe that failed', () => failedPipe(broken), undefined, is(broken)],
    [
      'is a pipe short of what it expects',
      () => failedPipe(undefined),
      undefined,
      hasCode('ERR_PIPE_LENGTH_MISMATCH'),
    ],
  ];

  it.each(failures)(
    'because it %s, fails the request, and no server sees it whole',
    async (_, makeBody, length, isReason) => {
      const witness = await requestWitness();
      const requested = makeClient({ strategy: chunkQueue }).request(witness.url, {
        method: 'POST',
        body: makeBody(),
        headers: { 'content-length': length },
      });
      const caught = await requested.then(
        () => 'no rejection',
        (error: unknown) => error,
      );
      expect(caught).toSatisfy(isReason);
      expect(await witness.wholeRequests()).toBe(0);
    },
  );

  it('after the response has begun, fails its body behind what came', async () => {
    const url = await httpServer((request, response) => {
      response.write('so far');
      request.resume().on('error', () => {});
    });
    let fail: (reason: unknown) => void = () => {};
    const { content } = await makeClient({ strategy: chunkQueue }).request(url, {
      method: 'POST',
      body: (async function* () {
        yield hello;
        await new Promise((_, reject) => {
          fail = reject;
        });
      })(),
    });
    fail(broken);
    const pieces: string[] = [];
    const reading = (async () => {
      for await (const chunk of content.stream()) pieces.push(new TextDecoder().decode(chunk));
    })();
    await expect(reading).rejects.toBe(broken);
    expect(pieces.join('')).toBe('so far');
    expect(content.complete).toBe(false);
  });
});

describe('a request that is over before its body', () => {
  it('leaves undici waiting on nothing', async () => {
    const { reader, writer } = createPipe(chunkQueue);
    const body = new RequestBody(reader, {}, () => {});
    const parked = body.next();
    body.stop(new Error('over'));
    await expect(parked).rejects.toMatchObject({ code: 'ERR_PIPE_CANCELLED' });
    await expect(body.next()).rejects.toMatchObject({ code: 'ERR_PIPE_CANCELLED' });
    expect(await writer.closed).toMatchObject({ outcome: 'cancelled' });
  });

  it('cancels a PipeReader with the reason, when the connection is refused', async () => {
    const { reader, writer } = createPipe(chunkQueue);
    const error: unknown = await makeClient({ strategy: chunkQueue })
      .request(`http://127.0.0.1:${await refusingPort()}/`, { method: 'POST', body: reader })
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
    expect(await writer.closed).toMatchObject({ outcome: 'cancelled', reason: error });
  });

  it('destroys a Node stream that it never came to read', async () => {
    const body = Readable.from([hello]);
    const requested = makeClient({ strategy: chunkQueue }).request(
      `http://127.0.0.1:${await refusingPort()}/`,
      {
        method: 'POST',
        body,
      },
    );
    await expect(requested).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(body.destroyed).toBe(true);
  });

  it('tells a source that it waits on, when the signal fires', async () => {
    const server = await rawServer();
    const controller = new AbortController();
    const reason = new Error('changed my mind');
    const { reader, writer } = createPipe(chunkQueue);
    writer.writeCopy(hello);
    const requested = makeClient({ strategy: chunkQueue }).request(server.url, {
      method: 'POST',
      body: reader,
      signal: controller.signal,
    });
    const { socket } = await server.next();
    controller.abort(reason);
    await expect(requested).rejects.toBe(reason);
    expect(await writer.closed).toMatchObject({ outcome: 'cancelled', reason });
    await socketClosed(socket);
  });

  it('keeps an answer that comes early, and stops the source', async () => {
    const url = await httpServer((_, response) => {
      response.writeHead(413, { connection: 'close' });
      response.end('too much');
    });
    const { reader, writer } = createPipe(chunkQueue);
    writer.writeCopy(hello);
    const response = await makeClient({ strategy: chunkQueue }).request(url, {
      method: 'POST',
      body: reader,
    });
    expect(response.status).toBe(413);
    expect(await response.content.text()).toBe('too much');
    expect(await writer.closed).toMatchObject({
      outcome: 'cancelled',
      reason: expect.objectContaining({ code: 'ERR_PIPE_CANCELLED' }),
    });
  });

  it('runs the finally of a generator it was reading', async () => {
    const server = await rawServer();
    let isFinished: (value: string) => void = () => {};
    const finished = new Promise<string>((resolve) => {
      isFinished = resolve;
    });
    let goOn: () => void = () => {};
    const requested = makeClient({ strategy: chunkQueue }).request(server.url, {
      method: 'POST',
      body: (async function* () {
        try {
          yield hello;
          await new Promise<void>((resolve) => {
            goOn = resolve;
          });
          yield hello;
        } finally {
          isFinished('finally');
        }
      })(),
    });
    (await server.next()).socket.resetAndDestroy();
    await expect(requested).rejects.toMatchObject({ code: 'ECONNRESET' });
    goOn();
    expect(await finished).toBe('finally');
  });
});

async function* thenThrow(chunks: Uint8Array[], reason: unknown): AsyncGenerator<Uint8Array> {
  yield* chunks;
  throw reason;
}

async function* thenEnd(chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

/** A pipe that delivers some bytes and then throws `reason`; without one, it ends short of what it expects. */
function failedPipe(reason: unknown): PipeReader {
  const { reader, writer } = createPipe(chunkQueue, reason === undefined ? { expectedBytes: 9 } : {});
  writer.writeCopy(hello);
  if (reason === undefined) writer.end();
  else writer.fail(reason);
  return reader;
}

function is(reason: unknown): (error: unknown) => boolean {
  return (error) => error === reason;
}

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof PipeError && error.code === code;
}

function isMismatch(expected: number, received: number): (error: unknown) => boolean {
  return (error) => error instanceof PipeError && error.expected === expected && error.received === received;
}

/** A server that counts the requests it saw whole, once all its connections are closed. */
async function requestWitness(): Promise<{ url: string; wholeRequests(): Promise<number> }> {
  let whole = 0;
  const sockets: Socket[] = [];
  const server = http.createServer((request) => {
    request
      .on('error', () => {})
      .on('end', () => whole++)
      .resume();
  });
  server.on('connection', (socket) => sockets.push(socket));
  return {
    url: `http://127.0.0.1:${await listen(server)}/`,
    async wholeRequests() {
      if (sockets.length === 0) await once(server, 'connection');
      await Promise.all(sockets.map(socketClosed));
      return whole;
    },
  };
}
