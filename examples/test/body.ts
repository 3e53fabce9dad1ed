import chunkQueue from '@millrace/chunk-queue';
import { createPipe, fromAsyncIterable } from '@millrace/core';
import type { PipeReader } from '@millrace/core';

/** So many bytes that tell their place. */
export function numbered(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) & 255);
}

/** A body that comes in pieces of a size, and may break off at its end. */
export function bodyIn(bytes: Uint8Array, piece: number, failure?: Error): PipeReader {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += piece) yield bytes.slice(at, at + piece);
    if (failure !== undefined) throw failure;
  }
  return fromAsyncIterable(pieces(), chunkQueue);
}

/** A body that is there already. */
export function bodyOfText(text: string): PipeReader {
  const { writer, reader } = createPipe(chunkQueue);
  writer.write(new TextEncoder().encode(text));
  writer.end();
  return reader;
}
