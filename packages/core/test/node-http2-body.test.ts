import { once } from 'node:events';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { bytes } from '../src/consume/bytes.ts';
import { fromNodeReadable, sendBody } from '../src/node.ts';
import { createPipe } from '../src/pipe.ts';
import { arrayStrategy } from './array-strategy.ts';
import { outcomeOf, patterned } from './consume/bodies.ts';

const body = patterned(20_000);

/** A session with a server that does this with each of its streams. */
async function sessionWith(onStream: (server: http2.Http2Server) => void): Promise<http2.ClientHttp2Session> {
  const server = http2.createServer();
  onStream(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const session = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  session.on('error', () => {});
  onTestFinished(() => {
    session.destroy();
    server.close();
  });
  return session;
}

/** An upload of which `body` has come, and what the server makes of it. */
async function uploading(as: 'request' | 'stream') {
  let settle!: (outcome: unknown) => void;
  const outcome = new Promise((resolve) => (settle = resolve));
  const receive = (readable: Readable): void => {
    void outcomeOf(bytes(fromNodeReadable(readable, arrayStrategy))).then(settle);
  };
  let arrived!: (stream: http2.ServerHttp2Stream) => void;
  const stream = new Promise<http2.ServerHttp2Stream>((resolve) => (arrived = resolve));
  const session = await sessionWith((server) => {
    server.on('stream', (stream: http2.ServerHttp2Stream) => {
      stream.on('error', () => {});
      stream.once('data', () => arrived(stream));
      if (as === 'stream') receive(stream);
    });
    if (as === 'request') server.on('request', receive);
  });
  const upload = session.request({ ':path': '/', ':method': 'POST' }).on('error', () => {});
  upload.write(body);
  await stream;
  return { session, upload, outcome };
}

test.each(['request', 'stream'] as const)('the body of a %s that is ended is whole', async (as) => {
  const { upload, outcome } = await uploading(as);
  upload.end();
  expect(await outcome).toEqual({ value: body });
});

test.each(['request', 'stream'] as const)(
  'the body of a %s is not, when its stream or its session is given up in the middle',
  async (as) => {
    for (const leave of ['stream', 'session'] as const) {
      const { session, upload, outcome } = await uploading(as);
      if (leave === 'stream') upload.destroy();
      else session.destroy();
      expect(await outcome).toMatchObject({ reason: { code: 'ERR_PIPE_UNEXPECTED_END' } });
    }
  },
);

test.each<[string, (stream: http2.ServerHttp2Stream) => void]>([
  ['gives the stream up', (stream) => stream.destroy()],
  ['gives the session up', (stream) => stream.session?.destroy()],
])('a response is not whole when its server %s in the middle', async (_, leave) => {
  let arrived!: () => void;
  const hasArrived = new Promise<void>((resolve) => (arrived = resolve));
  const session = await sessionWith((server) => {
    server.on('stream', (stream: http2.ServerHttp2Stream) => {
      stream.respond();
      stream.write(body);
      void hasArrived.then(() => leave(stream));
    });
  });
  const response = session.request({ ':path': '/' });
  response.once('data', arrived);
  expect(await outcomeOf(bytes(fromNodeReadable(response, arrayStrategy)))).toMatchObject({
    reason: { code: 'ERR_PIPE_UNEXPECTED_END' },
  });
});

test.each(['at once', 'when it has come'])('a response that is ended is whole, read %s', async (when) => {
  const session = await sessionWith((server) => {
    server.on('stream', (stream: http2.ServerHttp2Stream) => {
      stream.respond();
      stream.end(body);
    });
  });
  const response = session.request({ ':path': '/' });
  await once(response, 'response');
  if (when !== 'at once') await new Promise((resolve) => session.ping(resolve));
  expect(await outcomeOf(bytes(fromNodeReadable(response, arrayStrategy)))).toEqual({ value: body });
});

test('the body of a request that has come and is answered is whole, read after that', async () => {
  let settle!: (outcome: unknown) => void;
  const outcome = new Promise((resolve) => (settle = resolve));
  const session = await sessionWith((server) => {
    server.on('request', (request: http2.Http2ServerRequest, response: http2.Http2ServerResponse) => {
      request.once('readable', () => {
        response.end('early', () =>
          setImmediate(() => void outcomeOf(bytes(fromNodeReadable(request, arrayStrategy))).then(settle)),
        );
      });
    });
  });
  const upload = session.request({ ':path': '/', ':method': 'POST' });
  upload.end(body);
  upload.resume();
  expect(await outcome).toEqual({ value: body });
});

test.each(['stream', 'response'])(
  'a body is written to a %s in pieces, so that a session may hold many',
  async (as) => {
    const long = patterned(1_000_000);
    const pieces: number[] = [];
    const session = await sessionWith((server) => {
      const send = (stream: http2.ServerHttp2Stream, response: Writable): void => {
        const write = stream.write.bind(stream) as (chunk: Uint8Array, ...rest: unknown[]) => boolean;
        stream.write = (chunk: Uint8Array, ...rest: unknown[]) => {
          pieces.push(chunk.length);
          return write(chunk, ...rest);
        };
        const { writer, reader } = createPipe(arrayStrategy, { highWaterMark: long.length });
        writer.write(new Uint8Array(long));
        writer.end();
        void sendBody(reader, response);
      };
      if (as === 'stream') server.on('stream', (stream: http2.ServerHttp2Stream) => send(stream, stream));
      else server.on('request', (_, response: http2.Http2ServerResponse) => send(response.stream, response));
    });
    const response = session.request({ ':path': '/' });
    const received = Buffer.concat((await response.toArray()) as Uint8Array[]);
    expect(received.equals(long)).toBe(true);
    expect(Math.max(...pieces)).toBeLessThanOrEqual(73_728);
  },
);

test.each(['stream', 'response'])(
  'a %s is not reset in place of its last frame, though nobody reads its request',
  async (as) => {
    const closes: unknown[] = [];
    const session = await sessionWith((server) => {
      const send = (stream: http2.ServerHttp2Stream, response: Writable): void => {
        const close = stream.close.bind(stream);
        // What Node calls of its own accord, and sends a reset with.
        stream.close = (...how) => {
          closes.push(how);
          close(...how);
        };
        const { writer, reader } = createPipe(arrayStrategy);
        writer.write(new Uint8Array(body));
        setImmediate(() => writer.end());
        void sendBody(reader, response);
      };
      if (as === 'stream') server.on('stream', (stream: http2.ServerHttp2Stream) => send(stream, stream));
      else server.on('request', (_, response: http2.Http2ServerResponse) => send(response.stream, response));
    });
    const answers = Array.from({ length: 20 }, () => session.request({ ':path': '/' }).toArray());
    for (const chunks of await Promise.all(answers)) {
      expect(Buffer.concat(chunks as Uint8Array[]).equals(body)).toBe(true);
    }
    await new Promise((resolve) => session.ping(resolve));
    expect(closes).toEqual([]);
  },
);
