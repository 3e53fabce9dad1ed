import chunkQueue from '@millrace/chunk-queue';
import { createPipe } from '@millrace/core';
import type { PipeReader } from '@millrace/core';
import type { Dispatcher } from 'undici';

/** A request at undici's lowest level: its parser is paused and resumed by the pipe, and aborted when the reader leaves. */
export function dispatched(dispatcher: Dispatcher, origin: string, path: string): PipeReader {
  let controller: Dispatcher.DispatchController | undefined;
  const { writer, reader } = createPipe(chunkQueue, {
    source: {
      pause: () => controller?.pause(),
      resume: () => controller?.resume(),
      cancel: (reason) => controller?.abort(reason as Error),
    },
  });
  dispatcher.dispatch(
    { origin, path, method: 'GET' },
    {
      onRequestStart: (started) => void (controller = started),
      onResponseStart: () => undefined,
      onResponseData: (_, chunk) => void writer.writeCopy(chunk),
      onResponseEnd: () => writer.end(),
      onResponseError: (_, error) => writer.fail(error),
    },
  );
  return reader;
}
