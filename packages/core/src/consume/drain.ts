import { PipeError } from '../errors.ts';
import { Reader, type LentBytes, type PipeReader, type TakeLent } from '../pipe-reader.ts';
import { checkSignal, countOrInfinity } from '../arguments.ts';

export interface DrainOptions {
  /**
   * Most bytes to accept, default `Infinity`. A longer body cancels the pipe with `ERR_PIPE_TOO_LARGE`, as soon
   * as that many are in sight, and rejects with the same error.
   */
  maxBytes?: number;
  /** Cancels the pipe with the signal's reason, and rejects with it: half a body is of no use to anybody else. */
  signal?: AbortSignal;
}

/**
 * Reads to the clean end, handing every stretch of bytes to `take` while it is lent. `take` takes bytes out of `bytes`,
 * by `consume` or `tryRead`, and says how many. What it throws cancels the pipe.
 *
 * @param longBytes Chunks from here on may be taken in the step that brings them, while the reader waits.
 */
export async function drain(
  reader: PipeReader,
  { maxBytes = Infinity, signal }: DrainOptions,
  take: TakeLent,
  longBytes: number = Infinity,
): Promise<void> {
  countOrInfinity('maxBytes', maxBytes);
  if (signal !== undefined) checkSignal(signal);
  let left = maxBytes;
  let hasRefused = false;
  function takeWithin(lent: Uint8Array, bytes: LentBytes): number {
    try {
      if (reader.size > left) throw tooLarge(maxBytes);
      const count = take(lent, bytes);
      left -= count;
      return count;
    } catch (reason) {
      hasRefused = true;
      throw reason;
    }
  }
  try {
    for (;;) {
      if (signal?.aborted === true) throw signal.reason;
      // Bytes that are there already cost no turn of the microtask queue.
      const lent = reader.tryPeek();
      const view = lent === undefined ? await wait(reader, signal, takeWithin, longBytes) : lent;
      if (view === null) return;
      takeWithin(view, reader);
    }
  } catch (reason) {
    // Any other rejection is the pipe's own end, or says that somebody else reads; neither is ours to cancel.
    if (hasRefused) reader.cancel(reason);
    else if (signal?.aborted === true) reader.cancel(signal.reason);
    throw reason;
  }
}

function wait(
  reader: PipeReader,
  signal: AbortSignal | undefined,
  take: TakeLent,
  longBytes: number,
): Promise<Uint8Array | null> {
  if (longBytes < Infinity && reader instanceof Reader) return reader.gather(longBytes, take, signal);
  return reader.peek(1, signal && { signal });
}

function tooLarge(maxBytes: number): PipeError {
  return new PipeError('ERR_PIPE_TOO_LARGE', `The body is longer than maxBytes, ${maxBytes}`, {
    limit: maxBytes,
  });
}
