import { endAndDeliver, untilGone, untilReady } from '../consume/writer-outcome.ts';
import { checkOptionNames, optionNames } from '../option-names.ts';
import { checkWriter } from '../pipe-halves.ts';
import type { PipeWriter } from '../pipe-writer.ts';

export interface ToWritableStreamOptions {
  /**
   * Whether chunks change owner instead of being copied. Default `false`: whoever writes to a stream may use the
   * memory again.
   */
  movesChunks?: boolean;
}

const names = optionNames<ToWritableStreamOptions>({ movesChunks: true });

/**
 * The producer's half as a WHATWG stream. A write settles when the pipe may be written to again; `close()` when the
 * consumer has every byte, and it rejects with why it has not; `abort(reason)` fails the pipe with the reason. When
 * the consumer leaves, the stream is errored with its reason.
 */
export function toWritableStream(
  writer: PipeWriter,
  options: ToWritableStreamOptions = {},
): WritableStream<Uint8Array> {
  checkWriter('toWritableStream()', writer);
  checkOptionNames('toWritableStream()', options, names);
  const { movesChunks = false } = options;
  let isEnding = false;
  return new WritableStream<Uint8Array>({
    start(controller) {
      void untilGone(writer).then((reason) => {
        // While it ends, `close` tells how that went.
        if (!isEnding) controller.error(reason);
      });
    },
    write(chunk) {
      let goesOn: boolean;
      try {
        goesOn = movesChunks ? writer.write(chunk) : writer.writeCopy(chunk);
      } catch (reason) {
        // It errors the stream, which has no other way to tell the pipe that no end will come.
        writer.fail(reason);
        throw reason;
      }
      return goesOn ? undefined : untilReady(writer);
    },
    close() {
      isEnding = true;
      return endAndDeliver(writer);
    },
    abort: (reason: unknown) => writer.fail(reason),
  });
}
