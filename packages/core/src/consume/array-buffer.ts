import { checkOptionNames, optionNames } from '../option-names.ts';
import { checkReader } from '../pipe-halves.ts';
import type { PipeReader } from '../pipe-reader.ts';
import { bytesOptions, collect, type BytesOptions } from './bytes.ts';

const names = optionNames<BytesOptions>(bytesOptions);

/** As `bytes`, as the `ArrayBuffer` of exactly those bytes. */
export async function arrayBuffer(reader: PipeReader, options: BytesOptions = {}): Promise<ArrayBuffer> {
  checkReader('arrayBuffer()', reader);
  checkOptionNames('arrayBuffer()', options, names);
  return (await collect(reader, options)).join().buffer as ArrayBuffer;
}
