import type { ReadableStream } from 'node:stream/web';
import type { ConsumeOptions, Take } from '../contender.ts';
import { takeText } from './collect-by-hand.ts';

/** Read by read, with a default reader. */
export async function webReads(stream: ReadableStream<Uint8Array>, take: Take): Promise<void> {
  const reader = stream.getReader();
  for (let step = await reader.read(); !step.done; step = await reader.read())
    take(step.value.length, step.value);
}

/** Into one buffer that goes back and forth, as long as a chunk. */
export async function byobReads(
  stream: ReadableStream<Uint8Array>,
  take: Take,
  { chunkBytes }: ConsumeOptions,
): Promise<void> {
  const reader = stream.getReader({ mode: 'byob' });
  let memory = new ArrayBuffer(chunkBytes);
  for (;;) {
    const { done, value } = await reader.read(new Uint8Array(memory));
    if (done) return;
    take(value.length, value);
    memory = value.buffer;
  }
}

export async function responseBytes(stream: ReadableStream<Uint8Array>, take: Take): Promise<void> {
  const whole = new Uint8Array(await new Response(stream as never).arrayBuffer());
  take(whole.length, whole);
}

export async function responseText(stream: ReadableStream<Uint8Array>, take: Take): Promise<void> {
  takeText(await new Response(stream as never).text(), take);
}
