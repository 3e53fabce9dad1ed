import { checkOptionNames } from '../option-names.ts';
import { checkReader } from '../pipe-halves.ts';
import type { PipeReader } from '../pipe-reader.ts';
import { decode, textNames, type TextOptions } from './text.ts';

/**
 * The rest of the body, parsed as JSON.
 *
 * @throws `SyntaxError` when it is none; else as `text`.
 */
export async function json(reader: PipeReader, options: TextOptions = {}): Promise<unknown> {
  checkReader('json()', reader);
  checkOptionNames('json()', options, textNames);
  return JSON.parse(await decode(reader, options)) as unknown;
}
