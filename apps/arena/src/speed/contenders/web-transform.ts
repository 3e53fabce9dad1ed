import { ByteLengthQueuingStrategy, TransformStream } from 'node:stream/web';
import type { ReadableStream, WritableStreamDefaultWriter } from 'node:stream/web';
import { responseBytes, responseText, webReads } from '../consume/web-stream.ts';
import type { SpeedContender } from '../contender.ts';

interface Body {
  readonly stream: ReadableStream<Uint8Array>;
  readonly writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly onRoom: (() => void) | undefined;
}

const ignore = (): void => undefined;

/** An identity transform: what `fetch` and friends are piped through. */
export function makeContender(): SpeedContender<Body> {
  return {
    open(options) {
      const { readable: stream, writable } =
        options === undefined
          ? new TransformStream<Uint8Array, Uint8Array>()
          : new TransformStream<Uint8Array, Uint8Array>(undefined, new ByteLengthQueuingStrategy(options));
      return { stream, writer: writable.getWriter(), onRoom: options?.onRoom };
    },
    write({ writer, onRoom }, chunk) {
      writer.write(chunk).catch(ignore);
      if ((writer.desiredSize ?? 0) > 0) return true;
      if (onRoom !== undefined) writer.ready.then(onRoom, ignore);
      return false;
    },
    end: ({ writer }) => void writer.close().catch(ignore),
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
