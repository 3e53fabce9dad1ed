import { ByteLengthQueuingStrategy, ReadableStream } from 'node:stream/web';
import type { ReadableStreamDefaultController } from 'node:stream/web';
import { responseBytes, responseText, webReads } from '../consume/web-stream.ts';
import type { SpeedContender } from '../contender.ts';

interface Body {
  readonly stream: ReadableStream<Uint8Array>;
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
}

export function makeContender(): SpeedContender<Body> {
  return {
    open(options) {
      let controller!: Body['controller'];
      const start = (given: Body['controller']): void => void (controller = given);
      const stream =
        options === undefined
          ? new ReadableStream<Uint8Array>({ start })
          : new ReadableStream<Uint8Array>(
              { start, pull: options.onRoom },
              new ByteLengthQueuingStrategy(options),
            );
      return { stream, controller };
    },
    write({ controller }, chunk) {
      controller.enqueue(chunk);
      return (controller.desiredSize ?? 0) > 0;
    },
    end: ({ controller }) => controller.close(),
    hasSignals: true,
    chunksOf: ({ stream }) => stream,
    consume: {
      read: ({ stream }, take) => webReads(stream, take),
      'web-reader': ({ stream }, take) => webReads(stream, take),
      bytes: ({ stream }, take) => responseBytes(stream, take),
      text: ({ stream }, take) => responseText(stream, take),
    },
  };
}
