import { Duplex, type Readable } from 'node:stream';
import { failOnReset } from './fail-on-reset.ts';
import { watchResponseEnd } from './http1-response.ts';
import { watchStreamEnd } from './http2-message.ts';

/**
 * Watches how a stream ends, since Node says `end` of some that were broken off.
 *
 * @returns Says of one that has ended whether its sender ended it.
 */
export function watchEnd(readable: Readable): () => boolean {
  if (readable instanceof Duplex) failOnReset(readable);
  const wasEnded = watchStreamEnd(readable) ?? watchResponseEnd(readable);
  return () => !readable.errored && wasEnded?.() !== false;
}
