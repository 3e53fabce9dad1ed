import { createPipe } from '@millrace/core';
import type { PipeReader } from '@millrace/core';
import ringBuffer from '@millrace/ring-buffer';

/** What a parser such as llhttp looks like from JavaScript: it calls back with a place in memory that is its own. */
export interface PushParser {
  readonly memory: Uint8Array;
  onBody: (offset: number, length: number) => void;
  onMessageComplete: () => void;
  onError: (reason: Error) => void;
}

/** The body of the message that a parser is about to find. The callbacks never throw, even when the reader has left. */
export function bodyOf(parser: PushParser, connection: { pause(): void; resume(): void }): PipeReader {
  const { writer, reader } = createPipe(ringBuffer, {
    source: { pause: () => connection.pause(), resume: () => connection.resume() },
  });
  parser.onBody = (offset, length) => void writer.writeCopy(parser.memory.subarray(offset, offset + length));
  parser.onMessageComplete = () => writer.end();
  parser.onError = (reason) => writer.fail(reason);
  return reader;
}
