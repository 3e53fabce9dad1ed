import type { BufferStrategy, ByteStore, StoreOptions } from '@millrace/core';
import { RingBufferStore } from './ring-buffer-store.ts';

/** A fixed ring whose memory never grows, taken from a pool at the first byte and given back by `clear`. */
const ringBuffer: BufferStrategy = {
  name: '@millrace/ring-buffer',
  contract: 1,
  traits: { put: 'copies', take: 'copies', fixed: true, amplification: 1 },
  createStore: (options?: StoreOptions): ByteStore => new RingBufferStore(options),
};

export default ringBuffer;
