import type { CreatePipe, PipeFeature } from '@millrace/conformance';
import type { Claims } from '../contender.ts';
import { foreignPipe } from '../foreign-pipe.ts';

const docs = 'https://nodejs.org/docs/latest-v26.x/api/stream_iter.html';

export const claims: Claims = {
  P1: `${docs}#pushtransforms-options`,
  P3: `${docs}#writerfailreason`,
  P4: `${docs}#writerfailreason`,
  P6: `${docs}#pushtransforms-options`,
};

export const supports: readonly PipeFeature[] = ['fail', 'any-reason'];

/** The part of the module that is used here; no types are published for it yet. */
interface StreamIter {
  push(this: void): {
    readonly writer: {
      write(chunk: Uint8Array): Promise<void>;
      writeSync(chunk: Uint8Array): boolean;
      end(): Promise<number>;
      endSync(): number;
      fail(reason: unknown): void;
    };
    readonly readable: AsyncIterable<readonly Uint8Array[]>;
  };
}

/** Only Node 26 with `--experimental-stream-iter` has it; elsewhere this file can be read, and not used. */
function streamIter(): StreamIter {
  const module = process.getBuiltinModule('node:stream/iter') as unknown as StreamIter | undefined;
  if (module === undefined) throw new Error('node:stream/iter needs Node 26 and --experimental-stream-iter');
  return module;
}

async function* chunksOf(batches: AsyncIterable<readonly Uint8Array[]>): AsyncGenerator<Uint8Array> {
  for await (const batch of batches) yield* batch;
}

export const createPipe: CreatePipe = (_strategy, options) =>
  foreignPipe(options, () => {
    const { writer, readable } = streamIter().push();
    const ignore = (): void => undefined;
    return {
      write(chunk) {
        const isTaken = writer.writeSync(chunk);
        if (!isTaken) writer.write(chunk).catch(ignore);
        return isTaken;
      },
      end() {
        if (writer.endSync() < 0) writer.end().catch(ignore);
      },
      fail: (reason) => writer.fail(reason),
      values: () => chunksOf(readable),
    };
  });
