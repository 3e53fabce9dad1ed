import { PassThrough } from 'streamx';
import { readableEvents } from '../consume/node-stream.ts';
import type { SpeedContender } from '../contender.ts';

type Body = PassThrough & AsyncIterable<Uint8Array>;

export function makeContender(): SpeedContender<Body> {
  return {
    open(options) {
      if (options === undefined) return new PassThrough() as Body;
      const { highWaterMark, onRoom } = options;
      const stream = new PassThrough({ highWaterMark }) as Body;
      stream.on('drain', onRoom);
      return stream;
    },
    write: (stream, chunk) => stream.write(chunk),
    end: (stream) => void stream.end(undefined),
    hasSignals: true,
    chunksOf: (stream) => stream,
    consume: {
      tryRead: (stream, take) => readableEvents(stream as never, take),
    },
  };
}
