import { describe, PipeError } from './errors.ts';

/** @throws PipeError `ERR_PIPE_ARGUMENT` unless `value` is a whole number of bytes from 0 on. */
export function count(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw refused(name, value, 'a whole number of bytes, 0 or more', 0);
}

/** @throws PipeError `ERR_PIPE_ARGUMENT` unless `value` is a whole number of bytes from 0 on, or `Infinity`. */
export function countOrInfinity(name: string, value: number): number {
  if (value === Infinity || (Number.isSafeInteger(value) && value >= 0)) return value;
  throw refused(name, value, 'a whole number of bytes, 0 or more, or Infinity', 0);
}

/** @throws PipeError `ERR_PIPE_ARGUMENT` unless `value` is a whole number above 0. */
export function positive(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw refused(name, value, 'a whole number above 0', 1);
}

/** @throws PipeError `ERR_PIPE_ARGUMENT` unless `signal` is one. */
export function checkSignal(signal: AbortSignal): void {
  if (typeof (signal as AbortSignal | null)?.addEventListener === 'function') return;
  const message = `signal is ${describe(signal)}; it must be an AbortSignal`;
  throw new PipeError('ERR_PIPE_ARGUMENT', message, { value: signal });
}

function refused(name: string, value: unknown, wanted: string, limit: number): PipeError {
  const message = `${name} is ${describe(value)}; it must be ${wanted}`;
  return new PipeError('ERR_PIPE_ARGUMENT', message, { value, limit });
}
