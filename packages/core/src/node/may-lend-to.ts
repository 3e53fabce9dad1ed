import { OutgoingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { isHttp1 } from './response-framing.ts';

/**
 * Whether memory that a response is given may be used again once its callback says so, and whether it says so, come what
 * may. Not so
 *
 * - over HTTP/2, where a session may go on sending what a closed stream has written;
 * - of an answer that waits for those before it on the connection, and may never get to send;
 * - while it is corked, since then it says nothing;
 * - where a middleware has put a `write` of its own in place of Node's: that of `compression` drops the callback, and one
 *   that looks at bodies may keep them;
 * - over a connection that is no socket of the system: the far end of a pair in memory still holds what was written.
 */
export function mayLendTo(response: Writable): boolean {
  return (
    isHttp1(response) &&
    response.write === OutgoingMessage.prototype.write &&
    response.socket instanceof Socket &&
    response.writableCorked === 0
  );
}
