import { createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { bytes } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { readSocket } from '../src/socket-onread.ts';
import { numbered } from './body.ts';
import { listen } from '@millrace/test-servers/listen';
import { tlsCertificate } from '@millrace/test-servers/tls-certificate';

describe('a socket that reads into one buffer again and again', () => {
  it('loses nothing to its own reuse of that buffer', async () => {
    const sent = numbered(1_000_003);
    const port = await listen(createServer((socket) => socket.end(sent)));
    expect(Buffer.compare(await bytes(readSocket({ host: '127.0.0.1', port })), sent)).toBe(0);
  });

  it('does so over TLS too', async () => {
    const sent = numbered(300_007);
    const port = await listen(createTlsServer(tlsCertificate, (socket) => socket.end(sent)));
    const body = readSocket({ host: '127.0.0.1', port, ca: tlsCertificate.cert });
    expect(Buffer.compare(await bytes(body), sent)).toBe(0);
  });

  it('fails the body with the error of a connection that is refused', async () => {
    const server = createServer();
    const port = await listen(server);
    server.close();
    await expect(bytes(readSocket({ host: '127.0.0.1', port }))).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
  });

  it('closes the connection when the reader leaves', async () => {
    let isGone: (() => void) | undefined;
    const gone = new Promise<string>((resolve) => (isGone = () => resolve('gone')));
    const port = await listen(
      createServer((socket) => {
        socket.write(numbered(100));
        socket.on('error', () => undefined).on('close', () => isGone?.());
      }),
    );
    const reader = readSocket({ host: '127.0.0.1', port });
    await reader.read();
    reader.cancel();
    expect(await gone).toBe('gone');
  });
});
