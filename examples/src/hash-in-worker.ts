import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { PipeReader } from '@millrace/core';

const WORKER = `
  const { createHash } = require('node:crypto');
  const { parentPort } = require('node:worker_threads');
  const hash = createHash('sha256');
  parentPort.on('message', (chunk) => {
    if (chunk === null) { parentPort.postMessage(hash.digest('hex')); parentPort.close(); return; }
    hash.update(chunk);
    parentPort.postMessage(null);
  });
`;

/** Hashes a body on another thread. What was read is yours for ever, so its memory may change thread without a copy. */
export async function hashInWorker(body: PipeReader): Promise<string> {
  const worker = new Worker(WORKER, { eval: true });
  for await (const chunk of body) {
    const isAlone = chunk.byteLength === chunk.buffer.byteLength;
    worker.postMessage(chunk, isAlone ? [chunk.buffer as ArrayBuffer] : []);
    // One chunk on its way at a time: the worker's queue has no limit, the pipe has.
    await once(worker, 'message');
  }
  worker.postMessage(null);
  const [digest] = (await once(worker, 'message')) as [string];
  return digest;
}
