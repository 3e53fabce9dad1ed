import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Sockets that have said `end`, though they were reset. */
const resets = new WeakSet<Duplex>();

/**
 * Watches how a socket ends, from before whoever reads it does. libuv before 1.52 (Node 22, and 24 up to 24.10 at least) takes
 * a reset for an end when it finds it behind a read that did not fill its memory: what was cut off would look whole.
 *
 * What tells them apart is whether the system still knows the other side. Node asks it when `remoteAddress` is first
 * looked at and then remembers, so where somebody has looked before, the end is believed; and so it is when this side
 * has ended, since a closed connection has no other side either.
 */
export function watchForReset(socket: Duplex): void {
  if (!takesResetsForEnds(process.versions.uv)) return;
  socket.once('end', () => {
    if (hasLostPeer(socket)) resets.add(socket);
  });
}

/** Whether what `socket` said was its end was a reset. */
export function wasReset(socket: Duplex): boolean {
  return resets.has(socket);
}

export function resetError(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
}

function takesResetsForEnds(uvVersion: string): boolean {
  const [major = 0, minor = 0] = uvVersion.split('.').map(Number);
  return major < 1 || (major === 1 && minor < 52);
}

/** A socket of the file system never had an address, on either side, and cannot be reset. */
function hasLostPeer(socket: Duplex): boolean {
  return (
    socket instanceof Socket &&
    !socket.writableEnded &&
    socket.localAddress !== undefined &&
    socket.remoteAddress === undefined
  );
}
