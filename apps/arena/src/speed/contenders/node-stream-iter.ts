import { takeText } from '../consume/collect-by-hand.ts';
import type { SpeedContender, Take } from '../contender.ts';

interface Writer {
  writeSync(chunk: Uint8Array): boolean;
  write(chunk: Uint8Array): Promise<void>;
  endSync(): number;
  end(): Promise<number>;
}

type Chunks = AsyncIterable<readonly Uint8Array[]>;

/** The part of the module that is used here; no types are published for it yet. */
interface StreamIter {
  push(this: void, options?: { budget: number }): { writer: Writer; readable: Chunks };
  bytes(this: void, chunks: Chunks): Promise<Uint8Array>;
  text(this: void, chunks: Chunks): Promise<string>;
}

interface Body {
  readonly writer: Writer;
  readonly readable: Chunks;
  readonly onRoom: (() => void) | undefined;
}

const ignore = (): void => undefined;

/** Node 26 with `--experimental-stream-iter` has it. */
export function makeContender(): SpeedContender<Body> {
  const iter = process.getBuiltinModule('node:stream/iter') as unknown as StreamIter;
  return {
    open(options) {
      if (options === undefined) return { ...iter.push(), onRoom: undefined };
      // A budget below 16 KiB is refused.
      const budget = Math.max(16_384, options.highWaterMark);
      return { ...iter.push({ budget }), onRoom: options.onRoom };
    },
    write({ writer, onRoom }, chunk) {
      if (writer.writeSync(chunk)) return true;
      // It was not taken; a write that waits takes it, once there is room.
      writer.write(chunk).then(onRoom, ignore);
      return false;
    },
    end({ writer }) {
      if (writer.endSync() < 0) writer.end().catch(ignore);
    },
    hasSignals: true,
    chunksOf: ({ readable }) => readable,
    consume: {
      'for-await': batchByBatch,
      batches: batchByBatch,
      async bytes({ readable }, take) {
        const whole = await iter.bytes(readable);
        take(whole.length, whole);
      },
      async text({ readable }, take) {
        takeText(await iter.text(readable), take);
      },
    },
  };
}

/** It iterates over arrays of chunks, and over nothing else. */
async function batchByBatch({ readable }: Body, take: Take): Promise<void> {
  for await (const batch of readable) {
    for (const chunk of batch) take(chunk.length, chunk);
  }
}
