import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/**
 * Breaks a connection so that its other end cannot take it for an orderly end: by a reset over TCP, and over TLS, which
 * has a mark of its own for an orderly end, by leaving that out.
 */
export function reset(socket: Socket): void {
  if ((socket as Partial<TLSSocket>).encrypted === true) socket.destroy();
  else socket.resetAndDestroy();
}
