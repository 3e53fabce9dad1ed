import type { ClientHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';

/** Whether HTTP/2 is spoken over a socket: TLS has agreed on it, or undici was told so and has marked it. */
export function isHttp2(socket: Socket): boolean {
  return 'alpnProtocol' in socket && socket.alpnProtocol === 'h2';
}

/**
 * The HTTP/2 session that undici runs over a socket. undici does not show it, but it keeps it at the socket, as Node
 * does, each under a symbol of its own. It is looked for by what it can do, so neither name matters.
 */
export function sessionOn(socket: Socket): ClientHttp2Session | undefined {
  return Object.getOwnPropertySymbols(socket)
    .map((key): unknown => Reflect.get(socket, key))
    .find(isSession);
}

function isSession(value: unknown): value is ClientHttp2Session {
  return typeof value === 'object' && value !== null && 'request' in value && 'goaway' in value;
}
