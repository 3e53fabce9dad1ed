import { Writable } from 'node:stream';
import { endAndDeliver, untilGone, untilReady } from '../consume/writer-outcome.ts';
import { checkOptionNames, optionNames } from '../option-names.ts';
import { checkWriter } from '../pipe-halves.ts';
import type { PipeWriter } from '../pipe-writer.ts';
import { asNodeError, prematureClose } from './node-reason.ts';

export interface ToNodeWritableOptions {
  /**
   * Whether chunks change owner instead of being copied. Default `false`: whoever writes to a Node stream may use the
   * memory again once the write is through, and small Buffers share a pool.
   */
  movesChunks?: boolean;
}

const names = optionNames<ToNodeWritableOptions>({ movesChunks: true });

/**
 * The producer's half as a Node `Writable`. A write is through when the pipe may be written to again. `end()` ends the
 * pipe, and `finish` comes when the consumer has every byte; an error instead says why it has not. A stream that is
 * destroyed before that fails the pipe, with the error or `ERR_PIPE_UNEXPECTED_END`. When the consumer leaves, the
 * stream is destroyed with its reason.
 */
export function toNodeWritable(writer: PipeWriter, options: ToNodeWritableOptions = {}): Writable {
  checkWriter('toNodeWritable()', writer);
  checkOptionNames('toNodeWritable()', options, names);
  const { movesChunks = false } = options;
  const writable = new Writable({
    write(chunk: Uint8Array, _encoding, callback) {
      let goesOn: boolean;
      try {
        goesOn = movesChunks ? writer.write(chunk) : writer.writeCopy(chunk);
      } catch (reason) {
        callback(asNodeError(reason));
        return;
      }
      if (goesOn) callback();
      else void report(untilReady(writer), callback);
    },
    final(callback) {
      void report(endAndDeliver(writer), callback);
    },
    destroy(error, callback) {
      writer.fail(prematureClose('The stream', error));
      callback(error);
    },
  });
  void untilGone(writer).then((reason) => {
    // While it ends, `finish` or the error tells how that went.
    if (!writable.writableEnded) writable.destroy(asNodeError(reason));
  });
  return writable;
}

async function report(done: Promise<void>, callback: (error?: Error) => void): Promise<void> {
  let error: Error | undefined;
  try {
    await done;
  } catch (reason) {
    error = asNodeError(reason);
  }
  callback(error);
}
