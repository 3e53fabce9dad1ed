import type { Socket } from 'node:net';

/** Settles when the socket is closed, however that came about. */
export function socketClosed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });
}
