import { describe, PipeError } from '../errors.ts';
import { positive } from '../arguments.ts';
import { checkOptionNames, optionNames } from '../option-names.ts';
import { checkReader } from '../pipe-halves.ts';
import type { PipeReader } from '../pipe-reader.ts';

export interface ToReadableStreamOptions {
  /**
   * `bytes`, the default: a byte stream, which can also be read with a BYOB reader; where the engine has none
   * (WebKit), the other kind. `default`: a stream of chunks.
   */
  type?: 'bytes' | 'default';
  /** Byte streams: what a default reader's read fills, in bytes, instead of getting a chunk of its own. */
  autoAllocateChunkSize?: number;
}

const names = optionNames<ToReadableStreamOptions>({ type: true, autoAllocateChunkSize: true });

/**
 * The body as a WHATWG stream, such as `new Response(…)` takes. It reads the pipe only when it is read, so the pipe's
 * marks stay in force. `cancel(reason)` cancels the pipe with that reason; a failure errors the stream with the
 * pipe's reason, by identity and behind every byte.
 *
 * Chunks own their memory: the byte stream transfers it, and must take nobody else's along.
 */
export function toReadableStream(
  reader: PipeReader,
  options: ToReadableStreamOptions = {},
): ReadableStream<Uint8Array> {
  checkReader('toReadableStream()', reader);
  checkOptionNames('toReadableStream()', options, names);
  const { type = 'bytes', autoAllocateChunkSize } = options;
  if (autoAllocateChunkSize !== undefined) positive('autoAllocateChunkSize', autoAllocateChunkSize);
  if (type !== 'bytes' && type !== 'default') {
    throw new PipeError('ERR_PIPE_ARGUMENT', `type is ${describe(type)}; it must be "bytes" or "default"`, {
      value: type,
    });
  }
  const source = {
    pull: (controller: Controller) => pull(reader, controller),
    cancel: (reason: unknown) => reader.cancel(reason),
  };
  if (type === 'bytes') {
    try {
      const options = autoAllocateChunkSize === undefined ? undefined : { autoAllocateChunkSize };
      return new ReadableStream({ ...source, ...options, type: 'bytes' }, { highWaterMark: 0 });
    } catch {
      // The engine has no byte streams.
    }
  }
  return new ReadableStream<Uint8Array>(source, { highWaterMark: 0 });
}

type Controller = ReadableByteStreamController | ReadableStreamDefaultController<Uint8Array>;

/** Answers one read. A rejection errors the stream with its reason. */
async function pull(reader: PipeReader, controller: Controller): Promise<void> {
  // Waits without taking: a stream that is cancelled meanwhile has nothing in its hands to lose.
  const lent = reader.tryPeek() ?? (await reader.peek());
  if (lent === null) {
    controller.close();
    // A read into the caller's memory that waits is settled by this, not by the close.
    requestOf(controller)?.respond(0);
    return;
  }
  const request = requestOf(controller);
  if (request?.view) fill(request, request.view, lent, reader);
  else enqueue(controller, reader.tryRead() as Uint8Array);
}

/** The memory a reader wants filled; none in a default stream. */
function requestOf(controller: Controller): ReadableStreamBYOBRequest | null {
  return 'byobRequest' in controller ? controller.byobRequest : null;
}

function fill(
  request: ReadableStreamBYOBRequest,
  { buffer, byteOffset, byteLength }: ArrayBufferView,
  lent: Uint8Array,
  reader: PipeReader,
): void {
  const count = Math.min(byteLength, lent.length);
  new Uint8Array(buffer, byteOffset, count).set(count < lent.length ? lent.subarray(0, count) : lent);
  reader.consume(count);
  request.respond(count);
}

function enqueue(controller: Controller, chunk: Uint8Array): void {
  if (chunk.byteLength !== chunk.buffer.byteLength) {
    // The rest of the memory may be in use: of a pooled Node Buffer, by the whole process.
    controller.enqueue(new Uint8Array(chunk));
    return;
  }
  try {
    controller.enqueue(chunk as Uint8Array<ArrayBuffer>);
  } catch {
    // Memory that may not be transferred, such as a WebAssembly instance's.
    controller.enqueue(new Uint8Array(chunk));
  }
}
