import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import net, { type Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { failOnReset } from '../src/node.ts';
import { closed, connected, endAndReset, OLD_LIBUV, withLibuv } from './broken-connections.ts';

/** What a socket that ends has failed with, as who listens to `end` sees it. */
async function errorAtEnd(socket: Socket): Promise<unknown> {
  socket.on('error', () => {}).resume();
  return new Promise((resolve) => socket.once('end', () => resolve(socket.errored)));
}

const reset = { code: 'ECONNRESET', syscall: 'read' };

test.each([
  [OLD_LIBUV, true],
  ['0.99.0', true],
  ['1.52.0', false],
  ['2.0.0', false],
])('an end of which the other side is gone is a reset to libuv %s: %s', async (version, isReset) => {
  const { socket, far } = await connected();
  withLibuv(version);
  failOnReset(socket);
  // Whoever measures requests has looked at it, and Node remembers.
  expect(socket.remoteAddress).toBe('127.0.0.1');
  await endAndReset(far);
  const error = await errorAtEnd(socket);
  if (isReset) expect(error).toMatchObject(reset);
  else expect(error).toBeNull();
});

test('a socket that was reset says `error` and `close`, once, and hears so before those that listen already', async () => {
  const { socket, far } = await connected();
  withLibuv(OLD_LIBUV);
  const atEnd = errorAtEnd(socket);
  const onError = vi.fn();
  socket.on('error', onError);
  failOnReset(socket);
  failOnReset(socket);
  const isClosed = closed(socket);
  await endAndReset(far);
  expect(await atEnd).toMatchObject(reset);
  await isClosed;
  expect(onError.mock.calls).toEqual([[expect.objectContaining(reset)]]);
});

test('it is an end while the other side is there', async () => {
  const { socket, far } = await connected();
  withLibuv(OLD_LIBUV);
  failOnReset(socket);
  far.end();
  expect(await errorAtEnd(socket)).toBeNull();
});

test('it is one when this side has ended, which closes the connection too', async () => {
  const { socket, far } = await connected();
  withLibuv(OLD_LIBUV);
  failOnReset(socket);
  socket.end();
  await once(far.resume(), 'end');
  await endAndReset(far);
  expect(await errorAtEnd(socket)).toBeNull();
});

test('it is one of a socket of the file system, which has no addresses', async () => {
  const server = net.createServer((far) => void far.end());
  server.listen(join(tmpdir(), `millrace-core-${process.pid}.sock`));
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const socket = net.connect(server.address() as string);
  withLibuv(OLD_LIBUV);
  failOnReset(socket);
  expect(await errorAtEnd(socket)).toBeNull();
});
