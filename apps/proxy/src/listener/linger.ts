import type { IncomingMessage } from 'node:http';

/** Long enough to read an answer over a slow line; nginx lingers as long between two reads. */
export const LINGER_MS = 5000;

/**
 * For an exchange that is over. A client that is still sending a body that nobody wants gets some time to notice the
 * answer before the connection is closed under it: closed at once, the answer might be lost with it (RFC 9112 §9.6).
 * What it sends until then has to be discarded by whoever called this.
 */
export function linger(request: IncomingMessage, lingerMs: number = LINGER_MS): void {
  const { socket } = request;
  if (request.complete || request.destroyed || socket.destroyed) return;
  const timer = setTimeout(() => request.destroy(), lingerMs).unref();
  const stop = (): void => {
    clearTimeout(timer);
    request.off('close', stop);
    socket.off('close', stop);
  };
  request.once('close', stop);
  // A request whose answer is out hears nothing of its connection any more.
  socket.once('close', stop);
}

/**
 * For an answer that is about to be sent. Where it is the last one of its connection, Node closes that as soon as the
 * answer is out; with a body still arriving, the system then resets it, and the client may never see the answer. So
 * only the proxy's half is closed at first, and the rest when the body has ended or `linger` has lost patience.
 */
export function closeByHalves(request: IncomingMessage): void {
  const { socket } = request;
  if (request.complete) return;
  socket.destroySoon = () => {
    socket.end();
    if (request.complete) socket.destroy();
    else request.once('end', () => socket.destroy());
  };
}
