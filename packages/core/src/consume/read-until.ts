import { describe, PipeError } from '../errors.ts';
import { isUint8Array } from '../bytes-like.ts';
import { checkOptionNames, optionNames } from '../option-names.ts';
import { checkReader } from '../pipe-halves.ts';
import type { PipeReader } from '../pipe-reader.ts';
import { DelimiterSearch } from './delimiter-search.ts';
import { countOrInfinity } from '../arguments.ts';

export interface ReadUntilOptions {
  /** Most bytes up to and with the delimiter. Default 65_536, which a pipe with default marks can hold. */
  maxBytes?: number;
  /** Whether the delimiter is part of the answer. Default `false`. It is taken out of the pipe either way. */
  includeDelimiter?: boolean;
  /** Gives up with the signal's reason; loses no bytes. */
  signal?: AbortSignal;
}

const names = optionNames<ReadUntilOptions>({ maxBytes: true, includeDelimiter: true, signal: true });

/**
 * Waits for `delimiter` and takes the bytes before it, which are the caller's; what is behind it stays unread. The
 * bytes wait in the pipe until the delimiter is there, so a call that fails for any reason but the end has taken
 * nothing.
 *
 * @param delimiter Bytes, one byte as a number, or a string meaning its UTF-8.
 * @throws PipeError `ERR_PIPE_TOO_LARGE` when the first `maxBytes` bytes do not hold it, to this caller alone: the
 *   pipe goes on, with nothing taken. `ERR_PIPE_OVERFLOW` likewise when the pipe may not hold that many
 *   (`maxBuffered`). `ERR_PIPE_UNEXPECTED_END` when the body ends first, with the bytes there were as `partial`.
 *   The reason of a pipe that fails first, by identity.
 */
export async function readUntil(
  reader: PipeReader,
  delimiter: Uint8Array | number | string,
  options: ReadUntilOptions = {},
): Promise<Uint8Array> {
  checkReader('readUntil()', reader);
  checkOptionNames('readUntil()', options, names);
  const { maxBytes = 65_536, includeDelimiter = false, signal } = options;
  countOrInfinity('maxBytes', maxBytes);
  const sought = bytesOf(delimiter);
  const search = new DelimiterSearch(sought);
  let min = 1;
  for (;;) {
    const view = await reader.peek(min, signal && { signal });
    if (view === null) return meetTheEnd(reader, new Uint8Array(0));
    const end = search.endIn(view, maxBytes);
    if (end > 0) return takeOut(reader, view, includeDelimiter ? end : end - sought.length, end);
    if (view.length >= maxBytes) throw tooLarge(maxBytes);
    if (view.length < min) return meetTheEnd(reader, takeOut(reader, view, view.length, view.length));
    min = view.length + 1;
  }
}

function bytesOf(delimiter: Uint8Array | number | string): Uint8Array {
  if (typeof delimiter === 'number' && Number.isInteger(delimiter) && delimiter >= 0 && delimiter <= 255) {
    return Uint8Array.of(delimiter);
  }
  if (typeof delimiter === 'string' && delimiter.length > 0) return new TextEncoder().encode(delimiter);
  // A copy: the caller's array may change while this waits.
  if (isUint8Array(delimiter) && delimiter.length > 0) return new Uint8Array(delimiter);
  throw new PipeError(
    'ERR_PIPE_ARGUMENT',
    `delimiter is ${describe(delimiter)}; it must be one byte or more: a Uint8Array, a string, or a number from 0 to 255`,
    { value: delimiter },
  );
}

function takeOut(reader: PipeReader, lent: Uint8Array, count: number, consumed: number): Uint8Array {
  // Not `slice`, which in a Node Buffer shares the memory.
  const taken = new Uint8Array(lent.subarray(0, count));
  reader.consume(consumed);
  return taken;
}

function meetTheEnd(reader: PipeReader, partial: Uint8Array): never {
  // Nothing comes behind the bytes but the end, or the reason, which this throws.
  reader.tryRead();
  throw new PipeError(
    'ERR_PIPE_UNEXPECTED_END',
    `The body ended after ${partial.length} bytes, before the delimiter`,
    { partial },
  );
}

function tooLarge(maxBytes: number): PipeError {
  return new PipeError('ERR_PIPE_TOO_LARGE', `The first ${maxBytes} bytes do not hold the delimiter`, {
    limit: maxBytes,
  });
}
