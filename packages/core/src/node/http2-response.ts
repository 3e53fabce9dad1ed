import type { Http2ServerResponse, Http2Stream } from 'node:http2';
import { Writable } from 'node:stream';

/** Answers that have no body, whatever was asked (RFC 9110 §15). */
const statusesWithoutBody: readonly number[] = [204, 205, 304];

/**
 * What tells how a response ends. That of `http2` says `finish` whatever became of its stream, keeps errors to itself and
 * is never `destroyed`, so there it is the stream; elsewhere it is the response itself.
 */
export function writableOf(response: Writable): Writable {
  return streamOf(response) ?? response;
}

/** Whether Node ends the stream with the head of this answer. What is written behind that is a mistake to it, where HTTP/1 drops it. */
export function hasNoBody(response: Writable): boolean {
  const stream = streamOf(response);
  if (stream === undefined) return false;
  return stream.headRequest === true || statusesWithoutBody.includes((response as ResponseLike).statusCode);
}

/** Whether its receiver has given the stream up, for which Node ends it as if that was all of the body. */
export function wasGivenUp(writable: Writable): boolean {
  return (writable as Partial<Http2Stream>).aborted === true;
}

type ResponseLike = Writable & Http2ServerResponse;
type StreamLike = Http2Stream & { readonly headRequest?: boolean };

function streamOf(response: Writable): StreamLike | undefined {
  const { stream } = response as Partial<ResponseLike>;
  return stream instanceof Writable && !(response instanceof Writable) ? stream : undefined;
}
