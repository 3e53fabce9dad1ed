import type { CreatePipe, PipeFeature } from '@millrace/conformance';
import { Readable } from 'streamx';
import type { Claims } from '../contender.ts';
import { foreignPipe } from '../foreign-pipe.ts';

const readme = 'https://github.com/mafintosh/streamx';

export const claims: Claims = {
  P1: `${readme}#drained--rspushdata`,
  P3: `${readme}#rsdestroyerror`,
  P6: `${readme}#rsonreadable`,
  P9: `${readme}#drained--rspushdata`,
};

export const supports: readonly PipeFeature[] = ['fail'];

export const createPipe: CreatePipe = (_strategy, options) =>
  foreignPipe(options, () => {
    const stream = new Readable({ highWaterMark: options?.highWaterMark ?? 65_536 });
    // A stream that fails without a listener for it takes the process down.
    stream.on('error', () => undefined);
    return {
      write: (chunk) => stream.push(chunk),
      end: () => void stream.push(null),
      fail: (reason) => stream.destroy(reason as Error),
      values: () => stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>,
    };
  });
