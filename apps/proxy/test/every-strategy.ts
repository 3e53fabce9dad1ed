import type { BufferStrategy } from '@millrace/core';
import chunkQueue from '@millrace/chunk-queue';
import copyOnYield from '@millrace/copy-on-yield';
import ringBuffer from '@millrace/ring-buffer';

/** What the proxy must behave the same over. */
export const everyStrategy: readonly BufferStrategy[] = [copyOnYield, ringBuffer, chunkQueue];
