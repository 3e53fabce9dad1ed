import type { SpeedContender } from './contender.ts';
import type { TransferWorkload } from './workload.ts';

/** Memory of its own at most, where nothing else is said; a longer body has the same chunks again. */
const MOST_BYTES = 64 << 20;

/**
 * The chunks of one body. They come back when the body has been consumed, and go into the next one, so that no
 * contender pays for their making. Of a library that detaches them, they are made again outside of the timed part.
 */
export class ChunkPool {
  /** A body longer than these has them again, from the first on. */
  readonly chunks: readonly Uint8Array[];
  readonly #slots: Uint8Array[];
  readonly #make: () => Uint8Array;

  constructor(
    contender: SpeedContender,
    {
      ownership,
      chunkBytes,
      chunks,
      distinctChunks = MOST_BYTES / chunkBytes,
    }: Pick<TransferWorkload, 'ownership' | 'chunkBytes' | 'chunks' | 'distinctChunks'>,
  ) {
    this.#make = () => makeChunk(contender, chunkBytes);
    // A producer that reuses its memory has one chunk.
    const distinct = ownership === 'reused' ? 1 : Math.min(chunks, distinctChunks);
    this.#slots = Array.from({ length: distinct }, this.#make);
    this.chunks = this.#slots;
  }

  refresh(): void {
    for (let index = 0; index < this.#slots.length; index++) {
      if (this.#slots[index]?.length === 0) this.#slots[index] = this.#make();
    }
  }
}

/** Memory of its own that has been written to: pages that nobody has touched are all the same page of zeros. */
export function makeChunk({ wants }: SpeedContender, chunkBytes: number): Uint8Array {
  const chunk = new Uint8Array(chunkBytes).fill(97);
  return wants === 'buffer' ? Buffer.from(chunk.buffer) : chunk;
}
