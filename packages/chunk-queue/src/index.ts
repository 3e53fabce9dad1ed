import type { BufferStrategy, ByteStore } from '@millrace/core';
import { AMPLIFICATION, ChunkQueueStore } from './chunk-queue-store.ts';

/** No shared buffer: big chunks change owner untouched, tiny writes are gathered, and each take gives memory away. */
const chunkQueue: BufferStrategy = {
  name: '@millrace/chunk-queue',
  contract: 1,
  traits: { put: 'takes', take: 'gives', fixed: false, amplification: AMPLIFICATION },
  createStore: (): ByteStore => new ChunkQueueStore(),
};

export default chunkQueue;
export { ChunkQueueStore } from './chunk-queue-store.ts';
