import { describe, PipeError } from './errors.ts';
import type { PipeReader } from './pipe-reader.ts';
import type { PipeWriter } from './pipe-writer.ts';

/** What has something near what was wanted, and what to do with it. */
type Remedies = readonly (readonly [has: PropertyKey, remedy: string])[];

const readers: Remedies = [
  ['reader', 'give its reader'],
  ['getReader', 'fromReadableStream() makes one of it'],
  [Symbol.asyncIterator, 'fromAsyncIterable() makes one of it'],
];

const writers: Remedies = [
  ['writer', 'give its writer'],
  ['writable', 'give its writable'],
];

/**
 * Refuses what is no reader, where it is given and not deep inside: a pipe, or a stream of the platform.
 *
 * @param of Who reads from it, as its caller writes it: `text()`.
 * @throws PipeError `ERR_PIPE_ARGUMENT` that says how to come by one.
 */
export function checkReader(of: string, reader: PipeReader): void {
  if (!hasMethod(reader, 'tryRead')) throw refused(`what ${of} reads`, reader, 'a PipeReader', readers);
}

/** As `checkReader`, for what is written to. @param wanted What else may be. */
export function checkWriter(of: string, writer: PipeWriter, wanted: string = 'a PipeWriter'): void {
  if (!hasMethod(writer, 'ready')) throw refused(`what ${of} writes to`, writer, wanted, writers);
}

/** As `checkReader`, for the streams of the platforms. @param what It does, as `what sendBody() sends to`. */
export function checkStream(what: string, stream: unknown, method: PropertyKey, wanted: string): void {
  if (!hasMethod(stream, method)) throw refused(what, stream, wanted, []);
}

/** Whether a value that may be anything has a method. */
export function hasMethod(value: unknown, method: PropertyKey): boolean {
  return typeof (value as Record<PropertyKey, unknown> | null | undefined)?.[method] === 'function';
}

function refused(what: string, value: unknown, wanted: string, remedies: Remedies): PipeError {
  const near = Object(value) as Record<PropertyKey, unknown>;
  // Streams of Node have flags of the same names.
  const remedy = remedies.find(([name]) => near[name] instanceof Object);
  const hint = remedy === undefined ? '' : `: ${remedy[1]}`;
  const message = `${what} is ${describe(value)}; it must be ${wanted}${hint}`;
  return new PipeError('ERR_PIPE_ARGUMENT', message, { value });
}
