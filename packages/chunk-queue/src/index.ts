import type { BufferStrategy, ByteStore, StoreOptions } from '@millrace/core';
import { AMPLIFICATION, ChunkQueueStore } from './chunk-queue-store.ts';

/** No shared buffer: long chunks change owner untouched, small writes are gathered, and each take gives memory away. */
const chunkQueue: BufferStrategy = {
  name: '@millrace/chunk-queue',
  contract: 1,
  traits: { put: 'takes', take: 'gives', fixed: false, amplification: AMPLIFICATION },
  createStore: (options?: StoreOptions): ByteStore => new ChunkQueueStore(options),
};

export default chunkQueue;
