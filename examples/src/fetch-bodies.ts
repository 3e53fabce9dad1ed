import chunkQueue from '@millrace/chunk-queue';
import type { PipeReader } from '@millrace/core';
import { fromReadableStream, toReadableStream } from '@millrace/core/web';

/** Sends a body while it is made, and reads the answer as it comes: neither is ever whole in memory. */
export async function exchange(url: string, body: PipeReader): Promise<PipeReader> {
  const request: RequestInit & { duplex: 'half' } = {
    method: 'POST',
    body: toReadableStream(body),
    duplex: 'half',
  };
  const response = await fetch(url, request);
  if (response.body === null) throw new Error(`${url} answered ${response.status} without a body`);
  return fromReadableStream(response.body, chunkQueue);
}
