import type { PipeOptions } from '../../src/options.ts';
import { createPipe, type Pipe } from '../../src/pipe.ts';
import type { PipeReader } from '../../src/pipe-reader.ts';
import { arrayStrategy } from '../array-strategy.ts';

/** A pipe over the plain store. */
export function openPipe(options?: PipeOptions): Pipe {
  return createPipe(arrayStrategy, options);
}

/** A body that has arrived whole, in these chunks. */
export function endedBody(...chunks: (Uint8Array | string)[]): PipeReader {
  const { writer, reader } = openPipe();
  writeAll(writer, chunks);
  writer.end();
  return reader;
}

/** A body that broke off behind these chunks. */
export function failedBody(reason: unknown, ...chunks: (Uint8Array | string)[]): PipeReader {
  const { writer, reader } = openPipe();
  writeAll(writer, chunks);
  writer.fail(reason);
  return reader;
}

export function writeAll(writer: Pipe['writer'], chunks: readonly (Uint8Array | string)[]): void {
  for (const chunk of chunks) writer.write(typeof chunk === 'string' ? utf8(chunk) : new Uint8Array(chunk));
}

export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

export function ascii(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** Every byte tells its place, modulo a prime that no buffer size is a multiple of. */
export function patterned(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, index) => index % 251);
}

/** Cuts `bytes` into chunks of `size`. */
export function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
  return chunks;
}

/** What a promise comes to, as data: the one way to see a falsy rejection. */
export async function outcomeOf<T>(promise: Promise<T>): Promise<{ value: T } | { reason: unknown }> {
  try {
    return { value: await promise };
  } catch (reason) {
    return { reason };
  }
}

/** Lets everything run that can run without timers or input. */
export function quiet(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Errors, strings and every falsy value: a reason is any of these, and travels as it is. */
export const anyReasons: readonly unknown[] = [
  new Error('upstream died'),
  'a string',
  0,
  '',
  null,
  undefined,
  false,
];
