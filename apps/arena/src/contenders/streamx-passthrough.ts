import type { CreatePipe, PipeFeature } from '@millrace/conformance';
import { PassThrough } from 'streamx';
import type { Claims } from '../contender.ts';
import { foreignPipe } from '../foreign-pipe.ts';

const readme = 'https://github.com/mafintosh/streamx';

export const claims: Claims = {
  P1: `${readme}#ts_transformdata-callback`,
  P3: `${readme}#wsdestroyerror`,
  P6: `${readme}#rsonreadable`,
  P9: `${readme}#drained--wswritedata`,
};

export const supports: readonly PipeFeature[] = ['fail'];

export const createPipe: CreatePipe = (_strategy, options) =>
  foreignPipe(options, () => {
    const stream = new PassThrough({ highWaterMark: options?.highWaterMark ?? 65_536 });
    // A stream that fails without a listener for it takes the process down.
    stream.on('error', () => undefined);
    return {
      write: (chunk) => stream.write(chunk),
      end: () => void stream.end(undefined),
      fail: (reason) => stream.destroy(reason as Error),
      values: () => stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>,
    };
  });
