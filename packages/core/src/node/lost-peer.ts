import type { Duplex } from 'node:stream';

/**
 * Whether the system no longer knows the other side of a connection: it was reset, or both sides have ended.
 *
 * Node's `handle` is asked, which is not public: `remoteAddress` answers what it has answered before, as to whoever measures
 * requests. Should it go, none is lost. A socket of the file system has no such question, and cannot be reset.
 */
export function hasLostPeer(socket: SocketWithHandle): boolean {
  const errorNumber = socket._handle?.getpeername?.({});
  return errorNumber !== undefined && errorNumber < 0;
}

/** What Node fails with where it notices. */
export function resetError(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
}

interface SocketWithHandle extends Duplex {
  readonly _handle?: { getpeername?(address: object): number } | null;
}
