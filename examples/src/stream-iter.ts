/** `node --experimental-stream-iter stream-iter.ts` on Node 26: a pipe into the new streams of Node, and out again. */
import chunkQueue from '@millrace/chunk-queue';
import { batches, createPipe, fromAsyncIterable, text } from '@millrace/core';

/** The part of `node:stream/iter` that is used here; no types are published for it yet. */
interface StreamIter {
  pull(
    this: void,
    source: AsyncIterable<readonly Uint8Array[]>,
    transform: (chunks: readonly Uint8Array[] | null) => readonly Uint8Array[] | null,
  ): AsyncIterable<readonly Uint8Array[]>;
}

const { pull } = process.getBuiltinModule('node:stream/iter') as unknown as StreamIter;

const { writer, reader } = createPipe(chunkQueue);
for (const word of ['through ', 'the ', 'mill']) writer.write(new TextEncoder().encode(word));
writer.end();

// Both speak in batches: one `await` for all chunks that are there.
const upper = pull(batches(reader), (chunks) => chunks?.map(inUpperCase) ?? null);

async function* flat(): AsyncGenerator<Uint8Array> {
  for await (const batch of upper) yield* batch;
}

process.stdout.write(await text(fromAsyncIterable(flat(), chunkQueue)));

function inUpperCase(chunk: Uint8Array): Uint8Array {
  return chunk.map((byte) => (byte >= 97 && byte <= 122 ? byte - 32 : byte));
}
