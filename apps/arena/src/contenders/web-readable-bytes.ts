import { ReadableStream } from 'node:stream/web';
import type { ReadableByteStreamController } from 'node:stream/web';
import type { CreatePipe, PipeFeature } from '@millrace/conformance';
import type { Claims } from '../contender.ts';
import { foreignPipe } from '../foreign-pipe.ts';

const spec = 'https://streams.spec.whatwg.org/';

export const claims: Claims = {
  P1: `${spec}#rbs-controller-enqueue`,
  P3: `${spec}#rbs-controller-error`,
  P6: `${spec}#default-reader-read`,
  P7: `${spec}#rs-asynciterator`,
  P13: `${spec}#dom-underlyingsource-cancel`,
};

export const supports: readonly PipeFeature[] = ['fail', 'any-reason', 'return', 'return-failed'];

export const createPipe: CreatePipe = (_strategy, options) =>
  foreignPipe(options, (tellSource) => {
    let controller!: ReadableByteStreamController;
    const stream = new ReadableStream(
      { type: 'bytes', start: (given) => void (controller = given), cancel: tellSource },
      { highWaterMark: options?.highWaterMark ?? 65_536 },
    );
    return {
      write(chunk) {
        controller.enqueue(chunk);
        return (controller.desiredSize ?? 0) > 0;
      },
      end: () => controller.close(),
      fail: (reason) => controller.error(reason),
      values: () => stream.values() as AsyncIterableIterator<Uint8Array>,
    };
  });
