import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { text } from '../src/consume/text.ts';
import { fromNodeReadable } from '../src/node.ts';
import { arrayStrategy } from './array-strategy.ts';
import { closed, connected, endAndReset, OLD_LIBUV, tellsResets, withLibuv } from './broken-connections.ts';
import { outcomeOf } from './consume/bodies.ts';

/** A response with this head, the connection that brings it, and what is made of its body. */
async function responding(head: string, method = 'GET') {
  const server = net.createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const request = http.request({ port, host: '127.0.0.1', method, agent: false }).end();
  // Node says so of the request, whatever it says of the response.
  request.on('error', () => {});
  const [far] = (await once(server, 'connection')) as [Socket];
  far.on('error', () => {}).resume();
  far.write(`HTTP/1.1 ${head}\r\n\r\n`);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  return { far, response, read: () => outcomeOf(text(fromNodeReadable(response, arrayStrategy))) };
}

const lost = { reason: { code: 'ERR_PIPE_UNEXPECTED_END' } };

test('over a libuv that takes resets for ends a socket that is reset fails with that [P3]', async () => {
  withLibuv(OLD_LIBUV);
  const { socket, far } = await connected();
  const outcome = outcomeOf(text(fromNodeReadable(socket, arrayStrategy)));
  await endAndReset(far, 'some');
  expect(await outcome).toMatchObject({ reason: { code: 'ECONNRESET' } });
  expect(socket.destroyed).toBe(true);
});

test('and one that is ended is whole', async () => {
  withLibuv(OLD_LIBUV);
  const { socket, far } = await connected();
  const outcome = outcomeOf(text(fromNodeReadable(socket, arrayStrategy)));
  far.end('all');
  expect(await outcome).toEqual({ value: 'all' });
});

test.each(['200 OK', '200 OK\r\ntransfer-encoding: gzip'])(
  'a response (%s) that the end of its connection ends is whole at that alone [P3]',
  async (head) => {
    const whole = await responding(head);
    const all = whole.read();
    whole.far.end('all');
    expect(await all).toEqual({ value: 'all' });

    const reset = await responding(head);
    const some = reset.read();
    reset.far.write('some', () => reset.far.resetAndDestroy());
    expect(await some).toMatchObject(lost);
  },
);

// An older libuv has said `end` by then, and the system no longer knows what it was.
test.runIf(tellsResets())('it is not when its connection was reset before anybody read it', async () => {
  const { far, response, read } = await responding('200 OK');
  far.write('some', () => far.resetAndDestroy());
  await closed(response.socket);
  expect(await read()).toMatchObject(lost);
});

test('it is not when libuv takes its reset for an end', async () => {
  withLibuv(OLD_LIBUV);
  const { far, read } = await responding('200 OK');
  const outcome = read();
  await endAndReset(far, 'some');
  expect(await outcome).toMatchObject(lost);
});

test.each([
  ['200 OK\r\ncontent-length: 3', 'GET', 'all'],
  ['200 OK\r\ntransfer-encoding: gzip, chunked', 'GET', '3\r\nall\r\n0\r\n\r\n'],
  ['200 OK', 'HEAD', ''],
  ['204 No Content', 'GET', ''],
  ['304 Not Modified', 'GET', ''],
])('one that says where it ends (%s to %s) is whole though its connection is reset then', async (...args) => {
  const [head, method, rest] = args;
  const { far, response, read } = await responding(head, method);
  far.write(rest, () => far.resetAndDestroy());
  await closed(response.socket);
  expect(await read()).toEqual({ value: rest === '' ? '' : 'all' });
});
