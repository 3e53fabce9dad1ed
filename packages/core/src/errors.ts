/** Every way a pipe fails by itself. Codes are API; messages are not. */
export type PipeErrorCode =
  | 'ERR_PIPE_LENGTH_MISMATCH'
  | 'ERR_PIPE_TOO_LARGE'
  | 'ERR_PIPE_OVERFLOW'
  | 'ERR_PIPE_ARGUMENT'
  | 'ERR_PIPE_UNEXPECTED_END'
  | 'ERR_PIPE_CANCELLED'
  | 'ERR_PIPE_TIMEOUT'
  | 'ERR_PIPE_BUSY'
  | 'ERR_PIPE_LOCKED'
  | 'ERR_PIPE_STATE'
  | 'ERR_PIPE_DETACHED'
  | 'ERR_PIPE_STRATEGY';

/** What a code has to say in figures; each code fills its own fields. */
export interface PipeErrorDetails {
  /** `LENGTH_MISMATCH`: the declared length in bytes. */
  readonly expected?: number;
  /** `LENGTH_MISMATCH`: the bytes that came, the refused ones included. */
  readonly received?: number;
  /** `TOO_LARGE`, `OVERFLOW`, `ARGUMENT`: the limit that was passed. */
  readonly limit?: number;
  /** `ARGUMENT`, `OVERFLOW`, `STRATEGY`: the value that was refused. */
  readonly value?: unknown;
  /** `UNEXPECTED_END`: the bytes read before the end, which are the caller's. */
  readonly partial?: Uint8Array;
  /** `TIMEOUT`: who did nothing for too long. */
  readonly side?: 'producer' | 'consumer';
  readonly cause?: unknown;
}

/**
 * The one error class of the family. Compare `error.code`, not the class: two copies of the package are two
 * classes. Reasons that come from the outside (`fail(reason)`, `cancel(reason)`, a signal) are never wrapped
 * in it; they travel by identity.
 */
export class PipeError extends Error implements PipeErrorDetails {
  override readonly name = 'PipeError';
  readonly code: PipeErrorCode;
  declare readonly expected?: number;
  declare readonly received?: number;
  declare readonly limit?: number;
  declare readonly value?: unknown;
  declare readonly partial?: Uint8Array;
  declare readonly side?: 'producer' | 'consumer';

  constructor(code: PipeErrorCode, message: string, details: PipeErrorDetails = {}) {
    const { cause, ...figures } = details;
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    Object.assign(this, figures);
  }
}

/** Memory that the pipe holds has gone under its hands [S8]. */
export function detachedError(): PipeError {
  return new PipeError('ERR_PIPE_DETACHED', 'A chunk given to the pipe was detached before it was read');
}

/** How a refused value reads in a message: strings quoted, everything else short. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return 'a function';
  if (value instanceof Uint8Array) return `a Uint8Array of ${value.length}`;
  if (typeof value === 'object' && value !== null)
    return `an object of type ${value.constructor?.name ?? 'null prototype'}`;
  return String(value);
}
