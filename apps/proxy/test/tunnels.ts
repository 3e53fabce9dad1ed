import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { expect, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { failOnReset } from '@millrace/core/node';
import { listen } from '@millrace/test-servers/listen';
import type { ExchangeOutcome } from '../src/relay/exchange-outcome.ts';
import { httpServer } from './http-server.ts';
import { startProxy, type StartOptions } from './start-proxy.ts';

export async function watched(upstream: URL, options: StartOptions = {}) {
  const outcomes: ExchangeOutcome[] = [];
  const onExchange = (outcome: ExchangeOutcome): void => void outcomes.push(outcome);
  const proxy = await startProxy(upstream, { onExchange, ...options });
  return { ...proxy, outcomes };
}

/** A WebSocket server that sends every message back, and the requests that asked for it. @param upstream Carries it. */
export async function echo(
  upstream: http.Server = http.createServer(),
): Promise<{ url: URL; requests: http.IncomingMessage[] }> {
  const requests: http.IncomingMessage[] = [];
  const server = new WebSocketServer({ noServer: true });
  upstream.on('request', (_, response) => response.writeHead(426).end('WebSocket only'));
  upstream.on('upgrade', (request, socket, head) => {
    requests.push(request);
    server.handleUpgrade(request, socket, head, (client) => {
      client.on('message', (message, isBinary) => client.send(message, { binary: isBinary }));
    });
  });
  const scheme = upstream instanceof https.Server ? 'https' : 'http';
  return { url: new URL(`${scheme}://127.0.0.1:${await listen(upstream)}`), requests };
}

/** An upstream that speaks no WebSocket but bytes, once it has switched. */
export async function switching(serve: (socket: net.Socket) => void): Promise<URL> {
  const upstream = http.createServer();
  upstream.on('upgrade', (_, socket: net.Socket) => {
    failOnReset(socket);
    socket.on('error', () => {});
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    serve(socket);
  });
  return new URL(`http://127.0.0.1:${await listen(upstream)}`);
}

/** More than the system takes off a proxy's hands while its client reads nothing. */
export const LENGTH = 16 * 1024 * 1024;

/** An upstream that answers everything with `LENGTH` bytes, in small pieces. */
export function atLength(): Promise<URL> {
  return httpServer((_, response) => {
    response.writeHead(200, { 'content-length': LENGTH });
    for (let sent = 0; sent < LENGTH; sent += 4096) response.write(Buffer.alloc(4096));
    response.end();
  });
}

/** A server of nothing but bytes, as CONNECT leads to. */
export async function bytesServer(serve: (socket: net.Socket) => void): Promise<string> {
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    serve(socket);
  });
  return `127.0.0.1:${await listen(server)}`;
}

export const connectTo = (target: string): string => `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`;

export const ASK = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';

/** Asks for a tunnel, and what follows it at once. @param ahead Sent together with the request. */
export async function tunnel(url: string, ahead = '', ask = ASK): Promise<net.Socket> {
  const { hostname, port } = new URL(url);
  const socket = net.connect({ port: Number(port), host: hostname, allowHalfOpen: true });
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  socket.write(ask + ahead);
  let head = '';
  for (;;) {
    await once(socket, 'readable');
    head += String(socket.read() ?? '');
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) continue;
    expect(head).toMatch(
      ask === ASK
        ? /^HTTP\/1\.1 101 Switching Protocols\r\n/
        : /^HTTP\/1\.1 200 Connection Established\r\nvia: 1\.1 millrace\r\nDate: [^\r]+\r\n\r\n/,
    );
    socket.unshift(head.slice(end + 4));
    return socket;
  }
}
