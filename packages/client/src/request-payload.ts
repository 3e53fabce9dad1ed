import { PipeError, type PipeReader } from '@millrace/core';

/**
 * What a request sends. A string is sent as UTF-8; a `Uint8Array` must not be changed before the request is over;
 * an async iterable (Node streams and `ReadableStream` are) or a `PipeReader` is read as fast as the server takes
 * it. The request takes such a body over: it is read to its end, or told to stop when the request is over first.
 */
export type RequestPayload = Uint8Array | string | AsyncIterable<Uint8Array> | PipeReader;

/** A payload that is there as a whole, or one that has yet to be read. */
export type Payload = Uint8Array | AsyncIterable<Uint8Array> | PipeReader | null;

/**
 * The payload, its strings encoded.
 *
 * @throws PipeError `ERR_PIPE_ARGUMENT` for what is no payload, or has another length than `declaredBytes`.
 */
export function payloadOf(
  body: RequestPayload | null | undefined,
  declaredBytes: number | undefined,
): Payload {
  const payload = typeof body === 'string' ? new TextEncoder().encode(body) : (body ?? null);
  if (payload === null || payload instanceof Uint8Array) {
    const bytes = payload?.length ?? 0;
    if (declaredBytes === undefined || declaredBytes === bytes) return payload;
    throw new PipeError(
      'ERR_PIPE_ARGUMENT',
      `the request declares content-length ${declaredBytes}; its body has ${bytes} bytes`,
      { value: declaredBytes, limit: bytes },
    );
  }
  if (typeof payload === 'object' && Symbol.asyncIterator in payload) return payload;
  throw new PipeError(
    'ERR_PIPE_ARGUMENT',
    `the request body is of type ${typeNameOf(payload)}; it must be a Uint8Array, a string, an async iterable or a PipeReader${remedyFor(payload)}`,
    { value: payload },
  );
}

/** Of what `fetch` sends as it is: what to give in its place. */
function remedyFor(value: unknown): string {
  if (value instanceof Blob) return ': give its stream()';
  if (value instanceof URLSearchParams) return ': give its toString(), and its content-type';
  if (value instanceof FormData) return ': give the body of new Response(form), and its content-type';
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer ? ': give a Uint8Array of it' : '';
}

/** `Blob` and `FormData` say more than `object` does. */
function typeNameOf(value: unknown): string {
  return typeof value === 'object' ? (value?.constructor?.name ?? 'object') : typeof value;
}
