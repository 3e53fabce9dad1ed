import { describe, PipeError } from '../errors.ts';

/** @throws PipeError `ERR_PIPE_ARGUMENT` unless `maxBytes` is a whole number from 0 on, or `Infinity`. */
export function checkedMaxBytes(maxBytes: number): number {
  if (maxBytes === Infinity || (Number.isSafeInteger(maxBytes) && maxBytes >= 0)) return maxBytes;
  throw new PipeError(
    'ERR_PIPE_ARGUMENT',
    `maxBytes is ${describe(maxBytes)}; it must be a whole number of bytes, 0 or more, or Infinity`,
    { value: maxBytes, limit: 0 },
  );
}
