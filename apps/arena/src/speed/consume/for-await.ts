import type { Take } from '../contender.ts';

/** `for await`, as everybody writes it. */
export async function forAwait(chunks: AsyncIterable<Uint8Array>, take: Take): Promise<void> {
  for await (const chunk of chunks) take(chunk.length, chunk);
}
