import { Readable } from 'streamx';
import { readableEvents } from '../consume/node-stream.ts';
import type { SpeedContender } from '../contender.ts';

type Body = Readable & AsyncIterable<Uint8Array>;

export function makeContender(): SpeedContender<Body> {
  return {
    open(options) {
      if (options === undefined) return new Readable() as Body;
      const { highWaterMark, onRoom } = options;
      return new Readable({
        highWaterMark,
        read(done: (error: null) => void) {
          done(null);
          onRoom();
        },
      }) as Body;
    },
    write: (stream, chunk) => stream.push(chunk),
    end: (stream) => void stream.push(null),
    hasSignals: true,
    chunksOf: (stream) => stream,
    consume: {
      tryRead: (stream, take) => readableEvents(stream as never, take),
    },
  };
}
