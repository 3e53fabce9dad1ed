import { batches, bytes, createPipe, text } from '@millrace/core';
import type { BufferStrategy, Pipe } from '@millrace/core';
import { toReadableStream } from '@millrace/core/web';
import { takeText } from '../consume/collect-by-hand.ts';
import { forAwait } from '../consume/for-await.ts';
import { byobReads, webReads } from '../consume/web-stream.ts';
import type { SpeedContender } from '../contender.ts';

/** Ours, over one strategy. */
export function makeContender(strategy: BufferStrategy): SpeedContender<Pipe> {
  return {
    open(options) {
      if (options === undefined) return createPipe(strategy);
      const { highWaterMark, onRoom, expectedBytes } = options;
      const source = { resume: onRoom };
      return createPipe(
        strategy,
        expectedBytes === undefined ? { highWaterMark, source } : { highWaterMark, source, expectedBytes },
      );
    },
    write: ({ writer }, chunk) => writer.write(chunk),
    writeCopy: ({ writer }, view) => writer.writeCopy(view),
    end: ({ writer }) => writer.end(),
    hasSignals: true,
    chunksOf: ({ reader }) => reader,
    consume: {
      async read({ reader }, take) {
        for (let chunk = await reader.read(); chunk !== null; chunk = await reader.read())
          take(chunk.length, chunk);
      },
      async tryRead({ reader }, take) {
        for (;;) {
          const chunk = reader.tryRead() ?? (await reader.read());
          if (chunk === null) return;
          take(chunk.length, chunk);
        }
      },
      async batches({ reader }, take) {
        for await (const batch of batches(reader)) {
          for (const chunk of batch) take(chunk.length, chunk);
        }
      },
      views: ({ reader }, take) => forAwait(reader.views(), take),
      async peek({ reader }, take) {
        for (;;) {
          const view = reader.tryPeek() ?? (await reader.peek());
          if (view === null) return;
          take(view.length, view);
          reader.consume(view.length);
        }
      },
      async readInto({ reader }, take, { chunkBytes }) {
        const target = new Uint8Array(chunkBytes);
        for (let got = await reader.readInto(target); got > 0; got = await reader.readInto(target))
          take(got, target);
      },
      byob: ({ reader }, take, options) => byobReads(toReadableStream(reader) as never, take, options),
      'web-reader': ({ reader }, take) =>
        webReads(toReadableStream(reader, { type: 'default' }) as never, take),
      async bytes({ reader }, take) {
        const whole = await bytes(reader);
        take(whole.length, whole);
      },
      async 'bytes-known'({ reader }, take, { bodyBytes }) {
        const whole = await bytes(reader, { expectedBytes: bodyBytes });
        take(whole.length, whole);
      },
      async text({ reader }, take) {
        takeText(await text(reader), take);
      },
    },
  };
}
