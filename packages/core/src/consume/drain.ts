import { PipeError } from '../errors.ts';
import type { PipeReader } from '../pipe-reader.ts';
import { countOrInfinity } from '../arguments.ts';

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
 * Reads to the clean end, handing every stretch of bytes to `take` while it is lent. `take` takes bytes out,
 * by `consume` or a read, and says how many. What `take` throws cancels the pipe.
 */
export async function drain(
  reader: PipeReader,
  { maxBytes = Infinity, signal }: DrainOptions,
  take: (lent: Uint8Array) => number,
): Promise<void> {
  countOrInfinity('maxBytes', maxBytes);
  let left = maxBytes;
  for (;;) {
    if (signal?.aborted === true) throw leave(reader, signal.reason);
    // Bytes that are there already cost no turn of the microtask queue.
    const lent = reader.tryPeek();
    const view = lent === undefined ? await wait(reader, signal) : lent;
    if (view === null) return;
    try {
      if (reader.size > left) throw tooLarge(maxBytes);
      left -= take(view);
    } catch (reason) {
      throw leave(reader, reason);
    }
  }
}

async function wait(reader: PipeReader, signal: AbortSignal | undefined): Promise<Uint8Array | null> {
  try {
    return await reader.peek(1, signal && { signal });
  } catch (reason) {
    // Any other rejection is the pipe's own end, or says that somebody else reads; neither is ours to cancel.
    if (signal?.aborted === true) leave(reader, signal.reason);
    throw reason;
  }
}

function leave(reader: PipeReader, reason: unknown): unknown {
  reader.cancel(reason);
  return reason;
}

function tooLarge(maxBytes: number): PipeError {
  return new PipeError('ERR_PIPE_TOO_LARGE', `The body is longer than maxBytes, ${maxBytes}`, {
    limit: maxBytes,
  });
}
