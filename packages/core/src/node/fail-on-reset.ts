import type { Duplex } from 'node:stream';
import { hasLostPeer, resetError } from './lost-peer.ts';

/**
 * Has a socket whose connection is reset fail with `ECONNRESET` on every Node. libuv before 1.52 (Node 22 and older, and 24 up
 * to 24.10 at least) takes a reset for an end when it finds it behind a read that did not fill its memory, as after a pause:
 * what was cut off would look whole. Such a socket is destroyed with that error while it says `end`, before other listeners
 * hear that: they tell by its `errored`. To be called before the socket ends; further calls do nothing.
 *
 * What tells the two apart is whether the system still knows the other side. By then it does not either when this side
 * has ended, so there an `end` is believed.
 */
export function failOnReset(socket: Duplex): void {
  if (!takesResetsForEnds(process.versions.uv)) return;
  socket.prependOnceListener('end', () => {
    if (!socket.writableEnded && hasLostPeer(socket)) socket.destroy(resetError());
  });
}

function takesResetsForEnds(uvVersion: string): boolean {
  const [major = 0, minor = 0] = uvVersion.split('.').map(Number);
  return major < 1 || (major === 1 && minor < 52);
}
