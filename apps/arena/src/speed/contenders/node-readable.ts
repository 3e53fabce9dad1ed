import { Readable } from 'node:stream';
import { consumerBytes, consumerText, readableEvents } from '../consume/node-stream.ts';
import type { SpeedContender } from '../contender.ts';

const ignore = (): void => undefined;

/** `Readable`, with `push` called from outside. */
export function makeContender(): SpeedContender<Readable> {
  return {
    open: (options) =>
      new Readable(
        options === undefined
          ? { read: ignore }
          : { highWaterMark: options.highWaterMark, read: options.onRoom },
      ),
    write: (stream, chunk) => stream.push(chunk),
    end: (stream) => void stream.push(null),
    hasSignals: true,
    wants: 'buffer',
    chunksOf: (stream) => stream,
    consume: {
      tryRead: readableEvents,
      bytes: consumerBytes,
      text: consumerText,
    },
  };
}
