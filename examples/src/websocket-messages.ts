import chunkQueue from '@millrace/chunk-queue';
import { createPipe, PipeError } from '@millrace/core';
import type { PipeReader } from '@millrace/core';

/**
 * The binary messages of a WebSocket as one stream of bytes. A WebSocket cannot be paused, so a reader that falls behind by more
 * than `maxBuffered` fails the pipe instead of filling the memory.
 */
export function streamOf(socket: WebSocket, maxBuffered: number = 16_000_000): PipeReader {
  socket.binaryType = 'arraybuffer';
  const { writer, reader } = createPipe(chunkQueue, {
    maxBuffered,
    source: { cancel: () => socket.close() },
  });
  socket.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer>) => {
    writer.write(new Uint8Array(data));
  });
  socket.addEventListener('close', ({ wasClean, code }) => {
    if (wasClean) writer.end();
    else writer.fail(new PipeError('ERR_PIPE_UNEXPECTED_END', `The WebSocket closed with ${code}`));
  });
  return reader;
}
