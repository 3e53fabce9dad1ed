import chunkQueue from '@millrace/chunk-queue';
import type { PipeReader } from '@millrace/core';
import { fromReadableStream, toReadableStream } from '@millrace/core/web';

/** Any transform of the platform in the middle of two pipes. */
export function decompressed(body: PipeReader, format: CompressionFormat): PipeReader {
  // The platform's types let its writable take more than bytes, which TypeScript holds against it.
  const transform = new DecompressionStream(format) as ReadableWritablePair<Uint8Array, never>;
  return fromReadableStream(toReadableStream(body).pipeThrough(transform), chunkQueue);
}
