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

/**
 * Takes over a connection that Node has let go of, with the request that asks for a tunnel as its last one. Answers to
 * those before it may still be under way (pipelining), and there can be no other until they are through.
 *
 * @param behindHead What of it Node has read already.
 * @param serve Called when they are; never where the connection is closed behind one of them.
 */
export function takeOver(socket: Socket, behindHead: Buffer, serve: () => void): void {
  // Node has taken its own listeners away. An error that nobody listens to would end the process,
  socket.on('error', () => {});
  // and an answer that waits until its client has taken what was written would wait for ever.
  socket.on('drain', () => {
    const answer = answerOn(socket);
    if (answer?.writableLength === 0) answer.emit('drain');
  });
  // At once: behind an end that has come meanwhile, nothing can be put back.
  socket.unshift(behindHead);
  whenAnswered(socket, serve);
}

/**
 * Goes on when the answers to all requests that were read from a connection are through; never where it is closed behind one
 * of them.
 */
export function whenAnswered(socket: Socket, goOn: () => void): void {
  const answer = answerOn(socket);
  if (answer !== null) answer.once('close', () => whenAnswered(socket, goOn));
  else if (socket.writable) goOn();
}

/** The answer that a connection carries. */
export function answerOn(socket: Socket & { _httpMessage?: ServerResponse | null }): ServerResponse | null {
  return socket._httpMessage ?? null;
}

/** What to answer with on a connection that was taken over, should the answer be no tunnel: its last answer. */
export function responseOn(socket: Socket, message: IncomingMessage): ServerResponse {
  const response = new ServerResponse(message);
  response.shouldKeepAlive = false;
  return lastOn(socket, response);
}

/** Lets an answer out, as the last one of a connection that carries none. */
export function lastOn(socket: Socket, response: ServerResponse): ServerResponse {
  response.assignSocket(socket);
  response.on('finish', () => socket.destroySoon());
  return response;
}
