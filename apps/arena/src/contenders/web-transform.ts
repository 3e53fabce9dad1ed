import { ByteLengthQueuingStrategy, TransformStream } from 'node:stream/web';
import type { CreatePipe, PipeFeature } from '@millrace/conformance';
import type { Claims } from '../contender.ts';
import { foreignPipe } from '../foreign-pipe.ts';

const spec = 'https://streams.spec.whatwg.org/';

export const claims: Claims = {
  P1: `${spec}#identity-transform-stream`,
  P3: `${spec}#default-writer-abort`,
  P6: `${spec}#default-reader-read`,
  P7: `${spec}#rs-asynciterator`,
  P13: `${spec}#transform-stream-default-source-cancel`,
};

export const supports: readonly PipeFeature[] = ['fail', 'any-reason', 'return', 'return-failed'];

export const createPipe: CreatePipe = (_strategy, options) =>
  foreignPipe(options, (tellSource) => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>(
      undefined,
      new ByteLengthQueuingStrategy({ highWaterMark: options?.highWaterMark ?? 65_536 }),
    );
    const writer = writable.getWriter();
    writer.closed.catch(tellSource);
    // Every promise of the writer that is not awaited needs a handler, as everywhere in Web Streams.
    const ignore = (): void => undefined;
    return {
      write(chunk) {
        writer.write(chunk).catch(ignore);
        return (writer.desiredSize ?? 0) > 0;
      },
      end: () => void writer.close().catch(ignore),
      fail: (reason) => void writer.abort(reason).catch(ignore),
      values: () => readable.values(),
    };
  });
