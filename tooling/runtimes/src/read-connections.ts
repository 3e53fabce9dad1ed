/**
 * Reads connections that were ended, and ones that were reset, when all of what they bring waits in the system already. Prints
 * as a line of JSON how each looked. On runtimes that have Node's modules, or what stands for them.
 */
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import chunkQueue from '@millrace/chunk-queue';
import { bytes } from '@millrace/core';
import { fromNodeReadable } from '@millrace/core/node';
import type { Readable } from 'node:stream';

const server = createServer();
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

const bodyBytes = 100_000;

/** Sends what there is to send and leaves, before anything of the body is read. */
async function leave(far: Socket, head: string, isReset: boolean): Promise<void> {
  await new Promise((resolve) => far.write(head + 'a'.repeat(bodyBytes), resolve));
  if (isReset) far.resetAndDestroy();
  else far.end();
}

async function openSocket(isReset: boolean): Promise<Readable> {
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const socket = connect({ port, host: '127.0.0.1' }).pause();
  await once(socket, 'connect');
  const [far] = await accepted;
  await leave(far, '', isReset);
  return socket;
}

async function openResponse(isReset: boolean): Promise<Readable> {
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const request = get({ port, host: '127.0.0.1', agent: false }).on('error', () => {});
  const response = once(request, 'response') as Promise<[IncomingMessage]>;
  const [far] = await accepted;
  await once(far, 'data');
  await leave(far, 'HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n', isReset);
  return (await response)[0];
}

async function look(readable: Readable): Promise<string> {
  try {
    const { length } = await bytes(fromNodeReadable(readable, chunkQueue));
    return length === bodyBytes ? 'whole' : `${length} bytes, and the end`;
  } catch {
    return 'cut off';
  }
}

const seen = {
  'an ended socket': await look(await openSocket(false)),
  'a reset socket': await look(await openSocket(true)),
  'an ended response': await look(await openResponse(false)),
  'a reset response': await look(await openResponse(true)),
};
server.close();
process.stdout.write(`${JSON.stringify(seen)}\n`);
