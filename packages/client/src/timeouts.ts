import { PipeError } from '@millrace/core';

/** How long a server may keep a request waiting, in milliseconds; 0: for ever. Default: undici's, five minutes. */
export interface Timeouts {
  /** Longest wait for the response headers, from when the request was sent. */
  headersTimeoutMs?: number;
  /** Longest silence in a response body. A body that its reader has paused is not silent. */
  bodyTimeoutMs?: number;
}

/** @throws PipeError `ERR_PIPE_ARGUMENT` for a time that is negative or no number. */
export function checkTimeouts(options: Timeouts): void {
  checkTimeout('headersTimeoutMs', options.headersTimeoutMs);
  checkTimeout('bodyTimeoutMs', options.bodyTimeoutMs);
}

/** @throws PipeError `ERR_PIPE_ARGUMENT` for a time that is negative or no number. */
export function checkTimeout(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isFinite(value) && value >= 0)) return;
  throw new PipeError('ERR_PIPE_ARGUMENT', `${name} is ${String(value)}; it must be 0 or more milliseconds`, {
    value,
    limit: 0,
  });
}
