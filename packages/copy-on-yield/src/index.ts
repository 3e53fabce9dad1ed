import type { BufferStrategy, ByteStore, StoreOptions } from '@millrace/core';
import { AMPLIFICATION, CopyOnYieldStore } from './copy-on-yield-store.ts';

/** One growing private buffer; every chunk handed out is an exact copy, and the buffer is used again at once. */
const copyOnYield: BufferStrategy = {
  name: '@millrace/copy-on-yield',
  contract: 1,
  traits: { put: 'copies', take: 'copies', fixed: false, amplification: AMPLIFICATION },
  createStore: (options?: StoreOptions): ByteStore => new CopyOnYieldStore(options),
};

export default copyOnYield;
