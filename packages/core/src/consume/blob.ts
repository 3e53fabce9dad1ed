import { checkOptionNames, optionNames } from '../option-names.ts';
import { checkReader } from '../pipe-halves.ts';
import type { PipeReader } from '../pipe-reader.ts';
import { bytesOptions, collect, type BytesOptions } from './bytes.ts';

export interface BlobOptions extends BytesOptions {
  /** Media type of the blob, such as `image/png`. Default: none. */
  type?: string;
}

const names = optionNames<BlobOptions>({ ...bytesOptions, type: true });

/** As `bytes`, as a `Blob`. */
export async function blob(reader: PipeReader, options: BlobOptions = {}): Promise<Blob> {
  checkReader('blob()', reader);
  checkOptionNames('blob()', options, names);
  const { type = '' } = options;
  const collector = await collect(reader, options);
  return new Blob(collector.parts() as Uint8Array<ArrayBuffer>[], { type });
}
