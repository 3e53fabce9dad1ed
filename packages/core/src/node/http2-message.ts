import type { Http2Stream } from 'node:http2';
import type { Readable, Writable } from 'node:stream';

/** Answers that have no body, whatever was asked (RFC 9110 §15). */
const statusesWithoutBody: readonly unknown[] = [204, 205, 304];

/**
 * What tells how a response ends. That of `http2` says `finish` whatever became of its stream, keeps errors to itself and
 * is never `destroyed`, so there it is the stream; elsewhere it is the response itself.
 */
export function writableOf(response: Writable): Writable {
  return streamOf(response) ?? response;
}

/** Whether it goes over HTTP/2, where a session holds what its streams were given, up to 10 MB, and then refuses new ones. */
export function isHttp2(response: Writable): boolean {
  return streamOf(response) !== undefined;
}

/**
 * Reads a request that ended with its head. Of one that nobody reads, Node resets the stream when the answer is finished, in
 * front of its last frame as a rule: with `NO_ERROR`, so that strict receivers have an answer without an end.
 */
export function readEndedRequest(response: Writable): void {
  const stream = streamOf(response);
  if (stream?.endAfterHeaders === true && stream.readableFlowing === null) stream.resume();
}

/** Whether Node ends the stream with the head of this answer. What is written behind that is a mistake to it, where HTTP/1 drops it. */
export function hasNoBody(response: Writable): boolean {
  const stream = streamOf(response);
  if (stream === undefined) return false;
  const status = 'statusCode' in response ? response.statusCode : stream.sentHeaders?.[':status'];
  return stream.headRequest === true || statusesWithoutBody.includes(status);
}

/** Whether its receiver has given the stream up, for which Node ends it as if that was all of the body. */
export function wasGivenUp(writable: Writable): boolean {
  return streamOf(writable)?.aborted === true;
}

/**
 * Watches how a message ends, for which Node ends it as well when its sender gives the stream up. The order differs:
 *
 *     END_STREAM    push(null)               the stream is not closed yet
 *     RST_STREAM    closed ─▶ push(null)     whatever its code
 *
 * @returns Says of a message that has ended whether its sender ended it. One that is closed before it is watched was ended
 *   unless it tells that it was given up. `undefined` of what is no such message.
 */
export function watchStreamEnd(readable: Readable): (() => boolean) | undefined {
  const stream = streamOf(readable);
  if (stream === undefined) return undefined;
  let wasEnded = stream.closed
    ? !isGivenUp(stream)
    : stream.endAfterHeaders || stream.state.remoteClose === 1;
  const push = stream.push.bind(stream);
  stream.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (chunk === null && !stream.closed && !stream.destroyed) wasEnded = true;
    return push(chunk, encoding);
  };
  return () => wasEnded;
}

function isGivenUp({ aborted, rstCode }: Http2Stream): boolean {
  return aborted || rstCode !== 0;
}

interface StreamLike extends Http2Stream {
  readonly headRequest?: boolean;
}

/** The stream of HTTP/2 that a message is, or goes over. */
function streamOf(message: Readable | Writable): StreamLike | undefined {
  if (isStream(message)) return message;
  return 'stream' in message && isStream(message.stream) ? message.stream : undefined;
}

function isStream(value: unknown): value is StreamLike {
  return typeof value === 'object' && value !== null && 'rstCode' in value && 'sentHeaders' in value;
}
