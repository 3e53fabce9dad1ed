import { PassThrough } from 'node:stream';
import { consumerBytes, consumerText, readableEvents } from '../consume/node-stream.ts';
import type { SpeedContender } from '../contender.ts';

export function makeContender(): SpeedContender<PassThrough> {
  return {
    open(options) {
      if (options === undefined) return new PassThrough();
      // The mark once, as for everybody: a chunk counts in one of the two halves.
      const { highWaterMark, onRoom } = options;
      const stream = new PassThrough({
        readableHighWaterMark: highWaterMark,
        writableHighWaterMark: highWaterMark,
      });
      return stream.on('drain', onRoom);
    },
    write: (stream, chunk) => stream.write(chunk),
    end: (stream) => void stream.end(),
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
