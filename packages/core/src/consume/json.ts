import type { PipeReader } from '../pipe-reader.ts';
import { text, type TextOptions } from './text.ts';

/**
 * The rest of the body, parsed as JSON.
 *
 * @throws `SyntaxError` when it is none; else as `text`.
 */
export async function json(reader: PipeReader, options?: TextOptions): Promise<unknown> {
  return JSON.parse(await text(reader, options)) as unknown;
}
