import type { ByteStore } from '@millrace/core';

/** Repeats `step` until the store is empty, or until a step takes nothing away: a defective store must not hang the suite. */
export function emptyOut(store: ByteStore, step: () => void): void {
  for (let size = store.size; size > 0;) {
    step();
    if (store.size >= size) return;
    size = store.size;
  }
}
