import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { bytes } from '@millrace/core';
import { expect, it } from 'vitest';
import { streamOf } from '../src/websocket-messages.ts';
import { numbered } from './body.ts';
import { listen } from '@millrace/test-servers/listen';

/** A server that sends its messages to whoever connects, and then ends in some way. */
async function address(messages: readonly Uint8Array[], end: (socket: Duplex) => void): Promise<string> {
  const server = createServer().on('upgrade', (request, socket: Duplex) => {
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    socket.on('error', () => undefined);
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    for (const message of messages)
      socket.write(Buffer.concat([Buffer.from([0x82, message.length]), message]));
    end(socket);
  });
  return `ws://127.0.0.1:${await listen(server)}/`;
}

it('the messages of a WebSocket are one stream, which ends when the socket is closed', async () => {
  const messages = [numbered(100), numbered(7), numbered(120)];
  const url = await address(messages, (socket) => socket.end(Buffer.from([0x88, 2, 0x03, 0xe8])));
  expect(await bytes(streamOf(new WebSocket(url)))).toEqual(new Uint8Array(Buffer.concat(messages)));
});

it('a WebSocket that is cut off is a failure, not an end', async () => {
  const url = await address([numbered(10)], (socket) => setImmediate(() => socket.destroy()));
  await expect(bytes(streamOf(new WebSocket(url)))).rejects.toMatchObject({
    code: 'ERR_PIPE_UNEXPECTED_END',
  });
});
