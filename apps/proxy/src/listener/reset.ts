import type { Socket } from 'node:net';

/**
 * Resets a connection, unless all has been sent on it and the system is about to send its end: then it would refuse, and Node
 * never say that the connection is closed.
 */
export function reset(socket: Socket): void {
  if (isEnding(socket)) socket.destroy();
  else socket.resetAndDestroy();
}

export function isEnding({ writableEnded, writableFinished, writableLength }: Socket): boolean {
  return writableEnded && !writableFinished && writableLength === 0;
}
