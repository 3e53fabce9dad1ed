import { count as checkCount } from '../arguments.ts';
import { PipeError } from '../errors.ts';
import { checkOptionNames, optionNames } from '../option-names.ts';
import { checkReader } from '../pipe-halves.ts';
import type { PipeReader } from '../pipe-reader.ts';
import { ByteCollector } from './byte-collector.ts';

export interface ReadExactlyOptions {
  /** Gives up with the signal's reason. */
  signal?: AbortSignal;
}

const names = optionNames<ReadExactlyOptions>({ signal: true });

/**
 * Waits for exactly `count` bytes, which are the caller's. 0 gives an empty array at once.
 *
 * A signal that fires loses no bytes: they stay in the pipe for the next read. There is one exception: more bytes
 * than the pipe may ever hold (`maxBuffered`) cannot wait in it together and are taken out as they come, so a
 * signal that fires in between cancels the pipe with its reason.
 *
 * @throws PipeError `ERR_PIPE_UNEXPECTED_END` when the body ends first, with the bytes there were as `partial`;
 *   ask `await reader.peek() === null` where the end may come between two messages. The reason of a pipe that
 *   fails first, by identity. `ERR_PIPE_ARGUMENT` unless `count` is a whole number from 0 on.
 */
export async function readExactly(
  reader: PipeReader,
  count: number,
  options: ReadExactlyOptions = {},
): Promise<Uint8Array> {
  checkReader('readExactly()', reader);
  checkCount('count', count);
  checkOptionNames('readExactly()', options, names);
  if (count === 0) return new Uint8Array(0);
  let bytes: Uint8Array | null;
  try {
    bytes = await reader.read({ ...options, min: count, max: count });
  } catch (reason) {
    if (!isTooMuchAtOnce(reason)) throw reason;
    bytes = await readInPieces(reader, count, options);
  }
  return bytes?.length === count ? bytes : meetTheEnd(reader, count, bytes ?? new Uint8Array(0));
}

/** Memory follows the bytes that came, not the count that somebody asked for. */
async function readInPieces(
  reader: PipeReader,
  count: number,
  options: ReadExactlyOptions,
): Promise<Uint8Array> {
  const collector = new ByteCollector();
  while (collector.size < count) {
    let piece: Uint8Array | null;
    try {
      piece = await reader.read({ ...options, max: count - collector.size });
    } catch (reason) {
      if (options.signal?.aborted === true && collector.size > 0) reader.cancel(reason);
      throw reason;
    }
    if (piece === null) break;
    if (collector.wantsCopyOf(piece.length)) collector.copy(piece);
    else collector.keep(piece);
  }
  return collector.join();
}

/** A wait is refused with this code when it is for more than the pipe may hold; so may have been the pipe itself. */
function isTooMuchAtOnce(reason: unknown): boolean {
  return reason instanceof Error && 'code' in reason && reason.code === 'ERR_PIPE_OVERFLOW';
}

function meetTheEnd(reader: PipeReader, count: number, partial: Uint8Array): never {
  // Fewer bytes than asked for: nothing comes behind them but the end, or the reason, which this throws.
  reader.tryRead();
  throw new PipeError('ERR_PIPE_UNEXPECTED_END', `The body ended after ${partial.length} of ${count} bytes`, {
    partial,
  });
}
