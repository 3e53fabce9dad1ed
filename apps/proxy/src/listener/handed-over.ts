import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/**
 * The one protocol that a client may switch to, and only where nothing else is behind the head of its request. Of HTTP/1.0
 * such a word is to be ignored (RFC 9110 §7.8).
 */
export function asksForTunnel({ method, headers, httpVersion }: IncomingMessage): boolean {
  return (
    method === 'GET' &&
    httpVersion !== '1.0' &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    headers['transfer-encoding'] === undefined &&
    Number(headers['content-length'] ?? 0) === 0
  );
}

/** What to answer with on a connection that Node has handed over, should the answer be no tunnel: its last answer. */
export function responseOn(socket: Socket, message: IncomingMessage): ServerResponse {
  // Node has taken its own listeners away; an error that nobody listens to would end the process.
  socket.on('error', () => {});
  const response = new ServerResponse(message);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.on('finish', () => socket.destroySoon());
  return response;
}
