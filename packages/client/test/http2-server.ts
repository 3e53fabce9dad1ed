import http2 from 'node:http2';
import { listen } from '@millrace/test-servers/listen';
import type { AgentOptions } from '../src/index.ts';
import { tlsCertificate } from '@millrace/test-servers/tls-certificate';

/** What an agent needs to reach these servers by HTTP/2: without TLS, knowing that they speak it. */
export const http2Cleartext: AgentOptions = { h2Options: { useH2c: true } };

/** What an agent needs to reach these servers over TLS, by the protocol that both prefer. */
export const http2OverTls: AgentOptions = {
  allowH2: true,
  connect: { ca: tlsCertificate.cert, preferH2: true },
};

export type Handle = (request: http2.Http2ServerRequest, response: http2.Http2ServerResponse) => unknown;

/** A node:http2 server on the loopback, without TLS, or the given one. Closed with its sessions when the test ends. */
export async function http2Server(
  from: Handle | http2.Http2Server,
): Promise<{ url: string; server: http2.Http2Server }> {
  const server =
    typeof from === 'function'
      ? http2.createServer((request, response) => void from(request, response))
      : from;
  return { url: `http://127.0.0.1:${await listeningPort(server)}/`, server };
}

/** The same over TLS, for HTTP/1.1 as well unless `http2Only`. */
export async function tlsServer(
  handle: Handle | undefined,
  { http2Only = false } = {},
): Promise<{ url: string; server: http2.Http2SecureServer }> {
  const server = http2.createSecureServer({ ...tlsCertificate, allowHTTP1: !http2Only });
  if (handle !== undefined) server.on('request', (request, response) => void handle(request, response));
  return { url: `https://127.0.0.1:${await listeningPort(server)}/`, server };
}

async function listeningPort(server: http2.Http2Server | http2.Http2SecureServer): Promise<number> {
  server.on('session', (session) => session.on('error', () => {}));
  server.on('sessionError', () => {});
  return listen(server);
}
