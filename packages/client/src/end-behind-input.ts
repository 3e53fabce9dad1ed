import type { Duplex } from 'node:stream';

const LOOK_MS = 10;
/** A second: a server that takes nothing for so long, and will say no more, has gone. */
const MOST_LOOKS = 100;

/**
 * Keeps the end of a TLS connection under HTTP/2 back until Node has looked at all that came in front of it.
 *
 * While Node writes, it lets frames wait that it has read (`OnDataChunkReceived` in its src/node_http2.cc answers
 * `NGHTTP2_ERR_PAUSE`), and TLS says that the connection has ended all the same, when it finds that in the same read (`ClearOut`
 * in src/crypto/crypto_tls.cc). undici then destroys the connection (`onHttp2SocketEnd` in its lib/dispatcher/client-h2.js).
 * The first answer on a connection, or one to an upload, lost its last frames so, though its server had sent them all:
 *
 *     written      ┌─ a frame of this side ─┐
 *     read         │ DATA  DATA  END  FIN   │
 *     looked at    │ DATA                   │ DATA  END ─▶ and now FIN
 *
 * What has not been written is asked of Node's `handle`, which is not public. Should it go, things are as they were.
 *
 * @param retire Called when that takes longer: no more requests are to go to the connection.
 */
export function endBehindInput(socket: SocketWithHandle, retire: () => void): void {
  const push = socket.push.bind(socket);
  const end = (): void => {
    push(null);
    // As Node does behind an end that it has read.
    socket.read(0);
  };
  const endLater = (): void => {
    if (!isWriting(socket)) {
      end();
      return;
    }
    retire();
    let looks = 0;
    const looking = setInterval(() => {
      looks += 1;
      if (isWriting(socket) && looks < MOST_LOOKS) return;
      clearInterval(looking);
      end();
    }, LOOK_MS);
    socket.once('close', () => clearInterval(looking));
  };
  socket.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (chunk !== null || !isWriting(socket)) return push(chunk, encoding);
    // Mostly the system has taken it, and Node says so in the next turn.
    setImmediate(endLater);
    return false;
  };
}

/** Whether TLS holds bytes that are not written yet. Without TLS there is no end that overtakes what was read. */
function isWriting(socket: SocketWithHandle): boolean {
  return 'encrypted' in socket && (socket._handle?.writeQueueSize ?? 0) > 0;
}

interface SocketWithHandle extends Duplex {
  readonly _handle?: { readonly writeQueueSize?: number } | null;
}
