import { ReadableStream } from 'node:stream/web';
import type { ReadableByteStreamController } from 'node:stream/web';
import { byobReads, responseBytes, responseText, webReads } from '../consume/web-stream.ts';
import type { SpeedContender } from '../contender.ts';

interface Body {
  readonly stream: ReadableStream<Uint8Array>;
  readonly controller: ReadableByteStreamController;
}

export function makeContender(): SpeedContender<Body> {
  return {
    open(options) {
      let controller!: ReadableByteStreamController;
      const start = (given: ReadableByteStreamController): void => void (controller = given);
      const stream =
        options === undefined
          ? new ReadableStream({ type: 'bytes', start })
          : new ReadableStream({ type: 'bytes', start, pull: options.onRoom }, options);
      return { stream, controller };
    },
    write({ controller }, chunk) {
      controller.enqueue(chunk);
      return (controller.desiredSize ?? 0) > 0;
    },
    end({ controller }) {
      controller.close();
      // A read into the consumer's memory that waits is settled by this, not by the close.
      const request: unknown = controller.byobRequest;
      (request as { respond(count: number): void } | null)?.respond(0);
    },
    hasSignals: true,
    chunksOf: ({ stream }) => stream,
    consume: {
      read: ({ stream }, take) => webReads(stream, take),
      'web-reader': ({ stream }, take) => webReads(stream, take),
      byob: ({ stream }, take, options) => byobReads(stream, take, options),
      bytes: ({ stream }, take) => responseBytes(stream, take),
      text: ({ stream }, take) => responseText(stream, take),
    },
  };
}
