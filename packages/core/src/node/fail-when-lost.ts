import type { Duplex } from 'node:stream';
import { hasLostPeer, resetError } from './lost-peer.ts';

/** Long enough for Node to notice by itself, and to read what had come before. */
const LOOKS_MS = 1000;

/**
 * Has a socket fail with `ECONNRESET` when its connection is gone and Node does not notice. That happens under HTTP/2 over TLS:
 * when the other side resets the connection while this one writes, as it does for each body that is read, Node (20 to 24)
 * may lose the end of that write, waits for it before it reads on, and says nothing any more. Every body on the connection
 * would wait for ever.
 *
 * The system is asked once a second, and no longer when the socket is closed.
 */
export function failWhenLost(socket: Duplex): void {
  const looks = setInterval(() => {
    if (hasLostPeer(socket)) socket.destroy(resetError());
  }, LOOKS_MS);
  looks.unref();
  socket.once('close', () => clearInterval(looks));
}
