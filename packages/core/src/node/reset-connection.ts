import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * Destroys a connection so that its other side cannot take what it has for the whole: TCP is reset. Whatever else the socket
 * is, such as TLS, which has a mark of its own for an orderly end, is destroyed without any.
 *
 * In the moment in which the system is about to send the end of a connection, behind all that was sent, it would refuse a
 * reset, and Node never say that the connection is closed. There it is destroyed, and ends in good order.
 *
 * @param reason What the socket fails with; one of TCP that is reset is closed without.
 */
export function resetConnection(socket: Duplex, reason?: Error): void {
  try {
    if (!isEnding(socket)) (socket as Partial<Socket>).resetAndDestroy?.();
  } catch {
    // Its handle is not one of TCP.
  }
  socket.destroy(reason);
}

function isEnding({ writableEnded, writableFinished, writableLength }: Duplex): boolean {
  return writableEnded && !writableFinished && writableLength === 0;
}
