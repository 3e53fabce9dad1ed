import http2 from 'node:http2';
import {
  codes,
  END_STREAM,
  frameTypes,
  type RawHttp2Connection,
} from '@millrace/test-servers/raw-http2-connection';
import { rawHttp2Server } from '@millrace/test-servers/raw-http2-server';
import { expect, it, onTestFinished } from 'vitest';
import { GuardedStream } from '../src/guarded-stream.ts';

const ends: Readonly<Record<string, (connection: RawHttp2Connection, stream: GuardedStream) => void>> = {
  'is answered whole': (connection, { stream }) => connection.sendHeaders(stream.id ?? 0, END_STREAM),
  'is reset': (connection, { stream }) => connection.sendReset(stream.id ?? 0, codes.internalError),
  'is given up': (_, guarded) => guarded.cancel(),
  'loses its connection in good order': ({ socket }) => void socket.end(),
  'loses its connection': ({ socket }) => void socket.resetAndDestroy(),
};

it.each(Object.entries(ends))('a stream that %s leaves no timer of Node behind', async (_, end) => {
  const server = await rawHttp2Server();
  const session = http2.connect(server.url).on('error', () => {});
  onTestFinished(() => session.destroy());
  const guarded = new GuardedStream(session.request.bind(session), { ':path': '/' }, {}, undefined, {
    lastStreamId: 1,
  });
  const { stream } = guarded;
  stream
    .on('error', () => {})
    .resume()
    .setTimeout(300_000);
  const connection = await server.next();
  await connection.next(frameTypes.headers);
  const closed = new Promise((resolve) => stream.on('close', resolve));
  end(connection, guarded);
  await closed;
  // What Node has of it when its timer is stopped.
  expect(Reflect.get(stream, 'timeout')).toBe(0);
});
