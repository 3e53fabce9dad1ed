import { pipeline } from 'node:stream';
import { createGzip } from 'node:zlib';
import chunkQueue from '@millrace/chunk-queue';
import type { PipeReader } from '@millrace/core';
import { fromNodeReadable, toNodeReadable } from '@millrace/core/node';

/** Compresses a body on its way. A failure goes through as a failure, and leaving goes back to the source. */
export function compressed(body: PipeReader): PipeReader {
  const gzip = createGzip();
  // The error reaches whoever reads `gzip`; here there is nothing more to do with it.
  pipeline(toNodeReadable(body), gzip, () => undefined);
  // Not `movesChunks`: zlib goes on writing to the memory that its chunks are cut from.
  return fromNodeReadable(gzip, chunkQueue);
}
