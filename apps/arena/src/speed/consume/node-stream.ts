import { arrayBuffer, text } from 'node:stream/consumers';
import type { Take } from '../contender.ts';
import { takeText } from './collect-by-hand.ts';

/** What streams of Node and of streamx have in common. */
interface ReadableEvents {
  read(): Uint8Array | null;
  on(event: 'readable' | 'end', listener: () => void): unknown;
  on(event: 'error', listener: (reason: unknown) => void): unknown;
}

/** `readable` and `read()`, the way that the documentation calls the preferred one. */
export function readableEvents(stream: ReadableEvents, take: Take): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.on('readable', () => {
      for (let chunk = stream.read(); chunk !== null; chunk = stream.read()) take(chunk.length, chunk);
    });
    stream.on('end', resolve);
    stream.on('error', reject);
  });
}

/** `stream/consumers`. */
export async function consumerBytes(stream: AsyncIterable<Uint8Array>, take: Take): Promise<void> {
  const whole = new Uint8Array(await arrayBuffer(stream as never));
  take(whole.length, whole);
}

export async function consumerText(stream: AsyncIterable<Uint8Array>, take: Take): Promise<void> {
  takeText(await text(stream as never), take);
}
