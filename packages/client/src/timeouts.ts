import { PipeError } from '@millrace/core';

/** How long one side may keep the other waiting, in milliseconds; 0: for ever. Default: five minutes, as in undici. */
export interface Timeouts {
  /** Longest wait for the response headers, from when the request was sent. */
  headersTimeoutMs?: number;
  /** Longest silence in a response body. A body that its reader has paused is not silent. */
  bodyTimeoutMs?: number;
  /**
   * How long a reader may leave a full buffer untouched, which its connection waits on. Then the body fails, behind
   * what is buffered, with `ERR_PIPE_TIMEOUT` that blames the consumer, and the connection is closed.
   */
  readerTimeoutMs?: number;
}

/** @throws PipeError `ERR_PIPE_ARGUMENT` for a time that is negative or no number. */
export function checkTimeouts(options: Timeouts): void {
  checkTimeout('headersTimeoutMs', options.headersTimeoutMs);
  checkTimeout('bodyTimeoutMs', options.bodyTimeoutMs);
  checkTimeout('readerTimeoutMs', options.readerTimeoutMs);
}

/** @throws PipeError `ERR_PIPE_ARGUMENT` for a time that is negative or no number. */
export function checkTimeout(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isFinite(value) && value >= 0)) return;
  throw new PipeError('ERR_PIPE_ARGUMENT', `${name} is ${String(value)}; it must be 0 or more milliseconds`, {
    value,
    limit: 0,
  });
}
