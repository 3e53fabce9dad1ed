import { PipeError } from '../errors.ts';

/**
 * A reason as Node takes it. Node tells a failure from a success by whether there is an error at all, so a falsy
 * reason would make `destroy` or a callback report success: it travels as the `cause` of an error instead. Every
 * other reason travels by identity, whether it is an `Error` or not.
 */
export function asNodeError(reason: unknown): Error {
  if (reason) return reason as Error;
  return new Error(`The pipe failed with ${String(reason)}, which Node cannot carry as a reason`, {
    cause: reason,
  });
}

/** What has become of a Node stream that is gone without having ended. */
export function prematureClose(what: string, error?: unknown): unknown {
  return error ?? new PipeError('ERR_PIPE_UNEXPECTED_END', `${what} was closed before it had ended`);
}
