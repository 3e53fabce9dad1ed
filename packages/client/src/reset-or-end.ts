import type { Duplex } from 'node:stream';

/** Sockets that have said `end`, though they were reset. */
const resets = new WeakSet<Duplex>();

/**
 * Watches how a socket ends, from before whoever reads it does. libuv before 1.52 (Node 22, and 24 up to 24.10 at least) takes
 * a reset for an end when it finds it behind a read that did not fill its memory: what was cut off would look whole.
 *
 * What tells them apart is whether the system still knows the other side. Node's `handle` is asked, which is not public:
 * `remoteAddress` answers what it has answered before, as to whoever measures requests. Should it go, an end is believed.
 * So it is when this side has ended, since a closed connection has no other side either.
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

/** A socket of the file system has no such question, and cannot be reset. */
function hasLostPeer(socket: SocketWithHandle): boolean {
  if (socket.writableEnded) return false;
  const errorNumber = socket._handle?.getpeername?.({});
  return errorNumber !== undefined && errorNumber < 0;
}

interface SocketWithHandle extends Duplex {
  readonly _handle?: { getpeername?(address: object): number } | null;
}
