import { createRequire } from 'node:module';
import type { Readable } from 'node:stream';
import { takeText } from '../consume/collect-by-hand.ts';
import { readableEvents } from '../consume/node-stream.ts';
import type { SpeedContender } from '../contender.ts';

/** The body of undici's responses by itself: a request around it would only make it slower. */
type Body = Readable & { bytes(): Promise<Uint8Array>; text(): Promise<string> };
type BodyClass = new (options: {
  resume: () => void;
  abort: () => void;
  highWaterMark?: number;
  contentLength?: number;
}) => Body;

const { Readable: BodyReadable } = createRequire(import.meta.url)('undici/lib/api/readable.js') as {
  Readable: BodyClass;
};
const ignore = (): void => undefined;

export function makeContender(): SpeedContender<Body> {
  return {
    open: (options) =>
      options === undefined
        ? new BodyReadable({ resume: ignore, abort: ignore })
        : new BodyReadable({
            resume: options.onRoom,
            abort: ignore,
            highWaterMark: options.highWaterMark,
            ...(options.expectedBytes !== undefined && { contentLength: options.expectedBytes }),
          }),
    write: (body, chunk) => body.push(chunk),
    end: (body) => void body.push(null),
    hasSignals: true,
    wants: 'buffer',
    chunksOf: (body) => body,
    consume: {
      tryRead: readableEvents,
      async bytes(body, take) {
        const whole = await body.bytes();
        take(whole.length, whole);
      },
      async text(body, take) {
        takeText(await body.text(), take);
      },
    },
  };
}
