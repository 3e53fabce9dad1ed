import { subscribe } from 'node:diagnostics_channel';
import net from 'node:net';
import { listen } from '@millrace/test-servers/listen';
import { describe, expect, it } from 'vitest';
import { everyStrategy } from './every-strategy.ts';
import { makeClient } from './make-client.ts';
import { patternedBytes, sha256 } from './patterned-bytes.ts';
import { rawServer } from './raw-server.ts';

/** The sockets that undici has connected, by the port of their server. */
const sockets = new Map<number | undefined, net.Socket>();
subscribe('undici:client:connected', (message) => {
  const { socket } = message as { socket: net.Socket };
  sockets.set(socket.remotePort, socket);
});
function socketTo(url: string): net.Socket {
  const socket = sockets.get(Number(new URL(url).port));
  if (socket === undefined) throw new Error(`no connection to ${url}`);
  return socket;
}

const MIB = 1024 * 1024;
const bodyBytes = 64 * MIB;
const piece = patternedBytes(64 * 1024);

describe.each(everyStrategy)('a body that nobody reads, through $name', (strategy) => {
  it.each([
    ['declared', `content-length: ${bodyBytes}`],
    ['close-delimited', 'connection: close'],
  ])('stops its server (%s), and goes on when it is read', async (_, framing) => {
    const server = await pouringServer(`HTTP/1.1 200 OK\r\n${framing}\r\n\r\n`, bodyBytes);
    const { content } = await makeClient({ strategy }).request(server.url);
    await server.stalled();
    // Of what the client does not want, its socket has read nothing.
    expect(socketTo(server.url).readableLength).toBe(0);
    expect(socketTo(server.url).bytesRead).toBeLessThanOrEqual(64 * 1024 + 16 * 1024);
    // What the kernel buffers on both ends is finite; a client that read on would have taken all of it.
    expect(server.pouredBytes()).toBeLessThan(bodyBytes / 2);
    expect(content.reader.size).toBeGreaterThan(0);
    expect(content.reader.size).toBeLessThanOrEqual(64 * 1024 + 16 * 1024);

    const chunks: Uint8Array[] = [];
    for await (const chunk of content.stream()) chunks.push(chunk);
    expect(sha256(...chunks)).toBe(sha256(...Array.from({ length: bodyBytes / piece.length }, () => piece)));
  });

  it('keeps within small marks, for chunks far below the size of a read', async () => {
    const server = await pouringServer(
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n',
      bodyBytes,
      '400\r\n',
    );
    const { content } = await makeClient({ strategy, pipe: { highWaterMark: 8192 } }).request(server.url);
    await server.stalled();
    expect(server.pouredBytes()).toBeLessThan(bodyBytes / 2);
    expect(content.reader.size).toBeGreaterThan(0);
    expect(content.reader.size).toBeLessThanOrEqual(8192 + 1024);
    content.cancel();
  });

  it('fails when a reset comes while the parser is stopped, behind what the pipe has', async () => {
    const server = await rawServer('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n');
    const { content } = await makeClient({ strategy, pipe: { highWaterMark: 1024 } }).request(server.url);
    const { socket } = await server.next();
    // The first read stops the parser and the socket. What is behind it waits in the system, and so does the reset.
    socket.write(patternedBytes(100 * 1024));
    await untilIdle(() => content.reader.size);
    const buffered = content.reader.size;
    socket.resetAndDestroy();
    let received = 0;
    const reading = (async () => {
      for await (const chunk of content.stream()) received += chunk.length;
    })();
    await expect(reading).rejects.toMatchObject({
      code: expect.stringMatching(/^(ECONNRESET|UND_ERR_SOCKET)$/),
    });
    expect(received).toBeGreaterThanOrEqual(buffered);
    expect(content.complete).toBe(false);
  });
});

/** A server that answers `head` and then as much of a body as the client lets it, without waiting for anything else. */
async function pouringServer(head: string, length: number, chunkHead = '') {
  let poured = 0;
  const server = net.createServer((accepted) => {
    accepted.on('error', () => {});
    accepted.once('data', () => {
      accepted.write(head);
      pour(accepted);
    });
    accepted.on('drain', () => pour(accepted));
  });
  const chunk =
    chunkHead === ''
      ? piece
      : Buffer.concat([Buffer.from(chunkHead), piece.subarray(0, 1024), Buffer.from('\r\n')]);
  function pour(to: net.Socket): void {
    while (poured < length) {
      poured += chunkHead === '' ? piece.length : 1024;
      if (!to.write(chunk)) return;
    }
    if (length > 0) to.end(chunkHead === '' ? '' : '0\r\n\r\n');
  }
  return {
    url: `http://127.0.0.1:${await listen(server)}/`,
    pouredBytes: () => poured,
    stalled: () => untilIdle(() => poured),
  };
}

/** Settles when many turns of the event loop, each of which could have changed the figure, have left it alone. */
async function untilIdle(figure: () => number): Promise<void> {
  for (let before = -1, idleTurns = 0; idleTurns < 200; idleTurns++) {
    if (figure() !== before) idleTurns = 0;
    before = figure();
    await new Promise(setImmediate);
  }
}
