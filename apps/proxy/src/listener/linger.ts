import type { IncomingMessage } from 'node:http';

/** Long enough to read an answer over a slow line; nginx lingers as long between two reads. */
const LINGER_MS = 5000;

/**
 * For an exchange that is over. A client that is still sending a body that nobody wants gets some time to notice the
 * answer before the connection is closed under it: closed at once, the answer might be lost with it (RFC 9112 §9.6).
 * What it sends until then has to be discarded by whoever called this.
 */
export function linger(request: IncomingMessage, lingerMs: number = LINGER_MS): void {
  if (request.complete || request.destroyed) return;
  const timer = setTimeout(() => request.destroy(), lingerMs);
  timer.unref();
  request.once('close', () => clearTimeout(timer));
}
