import type { ByteStore } from './strategy.ts';

/** What a pipe holds once its own store is released: nothing, for good. Shared by all pipes. */
export const emptyStore: ByteStore = Object.freeze({
  size: 0,
  cost: 0,
  put: () => 0,
  peek: () => new Uint8Array(0),
  take: () => new Uint8Array(0),
  takeInto: () => 0,
  drop: () => undefined,
  clear: () => undefined,
});
