import { PassThrough } from 'node:stream';
import type { CreatePipe, PipeFeature } from '@millrace/conformance';
import type { Claims } from '../contender.ts';
import { foreignPipe } from '../foreign-pipe.ts';

const docs = 'https://nodejs.org/docs/latest-v24.x/api/stream.html';

export const claims: Claims = {
  P1: `${docs}#readablesymbolasynciterator`,
  P3: `${docs}#readabledestroyerror`,
  P6: `${docs}#event-readable`,
  P9: `${docs}#writablewritechunk-encoding-callback`,
  P13: `${docs}#readablesymbolasynciterator`,
};

export const supports: readonly PipeFeature[] = ['fail', 'return', 'return-failed'];

export const createPipe: CreatePipe = (_strategy, options) =>
  foreignPipe(options, (tellSource) => {
    const stream = new PassThrough({ highWaterMark: options?.highWaterMark });
    // A stream that fails without a listener for it takes the process down.
    stream.on('error', () => undefined);
    stream.on('close', () => tellSource());
    return {
      write: (chunk) => stream.write(chunk),
      end: () => void stream.end(),
      fail: (reason) => void stream.destroy(reason as Error),
      values: () => stream[Symbol.asyncIterator](),
    };
  });
