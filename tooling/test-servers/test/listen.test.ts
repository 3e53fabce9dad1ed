import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import { describe, expect, it } from 'vitest';
import { listen } from '../src/listen.ts';
import { refusingPort } from '../src/refusing-port.ts';
import { otherTlsCertificate, tlsCertificate } from '../src/tls-certificate.ts';

async function connected(port: number): Promise<net.Socket> {
  const socket = net.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

describe.each([
  ['of bytes', () => net.createServer()],
  ['of HTTP', () => http.createServer()],
  ['of TLS', () => https.createServer(tlsCertificate)],
])('a server %s', (_, make) => {
  let leftOver: { port: number; socket: net.Socket } | undefined;

  it('listens', async () => {
    const port = await listen(make());
    leftOver = { port, socket: await connected(port) };
    leftOver.socket.on('error', () => {});
    expect(leftOver.socket.readyState).toBe('open');
  });

  it('is closed with its connections when its test is over', async () => {
    const { port, socket } = leftOver as { port: number; socket: net.Socket };
    socket.resume();
    if (!socket.closed) await once(socket, 'close');
    await expect(connected(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

it('nobody listens on a refusing port', async () => {
  await expect(connected(await refusingPort())).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

it.each([tlsCertificate, otherTlsCertificate])(
  'a certificate is for localhost, and trusts itself',
  async (one) => {
    const port = await listen(tls.createServer(one, (socket) => socket.end('hello')));
    const socket = tls.connect({ port, host: '127.0.0.1', ca: one.cert });
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    expect([socket.authorized, text]).toEqual([true, 'hello']);
  },
);
