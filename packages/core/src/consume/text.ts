import { checkOptionNames, optionNames } from '../option-names.ts';
import { checkReader } from '../pipe-halves.ts';
import type { PipeReader } from '../pipe-reader.ts';
import { drain, type DrainOptions } from './drain.ts';

export interface TextOptions extends DrainOptions {
  /**
   * Whether bytes that are no UTF-8 are an error: a `TypeError`, which also cancels the pipe. Default `false`: they
   * become U+FFFD, a character cut off by the end included.
   */
  fatal?: boolean;
}

export const textNames: ReadonlySet<string> = optionNames<TextOptions>({
  maxBytes: true,
  signal: true,
  fatal: true,
});

/** A body of one chunk up to this is decoded in one go, for a fraction of what streaming costs. */
const HELD_BYTES = 4096;

/**
 * The rest of the body, decoded as UTF-8, without a byte order mark: what `Response.text()` gives. Where the bytes
 * were cut into chunks makes no difference.
 *
 * @throws As `bytes`.
 */
export async function text(reader: PipeReader, options: TextOptions = {}): Promise<string> {
  checkReader('text()', reader);
  checkOptionNames('text()', options, textNames);
  return decode(reader, options);
}

/** As `text`, with options that are checked. */
export async function decode(reader: PipeReader, options: TextOptions): Promise<string> {
  const { fatal = false } = options;
  const decoder = new TextDecoder('utf-8', { fatal });
  let decoded = '';
  let held: Uint8Array | undefined;
  // Broken bytes are to be reported when they come, not when the next ones do.
  let mayHold = !fatal;
  await drain(reader, options, (lent, bytes) => {
    const { length } = lent;
    if (mayHold && length <= HELD_BYTES) {
      mayHold = false;
      held = bytes.tryRead(length) as Uint8Array;
      return held.length;
    }
    mayHold = false;
    if (held !== undefined) decoded += decoder.decode(held, { stream: true });
    held = undefined;
    decoded += decoder.decode(decodable(lent), { stream: true });
    bytes.consume(length);
    return length;
  });
  return decoded + decoder.decode(held);
}

/** Not every engine decodes out of shared memory, which is what a shared store lends. */
function decodable(lent: Uint8Array): Uint8Array {
  return lent.buffer instanceof ArrayBuffer ? lent : new Uint8Array(lent);
}
