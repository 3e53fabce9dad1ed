import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { failOnReset } from './fail-on-reset.ts';

/** Answers that have no body, whatever was asked (RFC 9112 §6.3). */
const statusesWithoutBody: readonly unknown[] = [204, 304];

/**
 * Watches how the connection of a response ends that only this ends: to Node it has come whole however its connection is
 * lost. Others tell by themselves.
 *
 * @returns Says of one that has ended whether the connection had. `undefined` of what is no such response.
 */
export function watchResponseEnd(readable: Readable): (() => boolean) | undefined {
  if (!isResponse(readable) || !isDelimitedByClose(readable)) return undefined;
  const { socket } = readable;
  let isEnded = socket.readableEnded;
  failOnReset(socket);
  socket.once('end', () => {
    isEnded = !socket.errored;
  });
  // What stands for a connection where there is none may never say `end`.
  return () => isEnded || !socket.destroyed;
}

interface Response extends IncomingMessage {
  /** What it answers. Node sets it, and documents no more than that. */
  readonly req?: ClientRequest;
}

function isResponse(readable: Readable): readable is Response {
  return 'rawHeaders' in readable && 'statusCode' in readable && typeof readable.statusCode === 'number';
}

/** Neither chunked nor of a declared length (RFC 9112 §6.3). */
function isDelimitedByClose({ req, statusCode, headers }: Response): boolean {
  if (req?.method === 'HEAD' || statusesWithoutBody.includes(statusCode)) return false;
  const codings = headers['transfer-encoding'];
  if (codings !== undefined) return !/(^|,)[ \t]*chunked[ \t]*$/i.test(codings);
  return headers['content-length'] === undefined;
}
