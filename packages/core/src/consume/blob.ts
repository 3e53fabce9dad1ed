import type { PipeReader } from '../pipe-reader.ts';
import { collect, type BytesOptions } from './bytes.ts';

export interface BlobOptions extends BytesOptions {
  /** Media type of the blob, such as `image/png`. Default: none. */
  type?: string;
}

/** As `bytes`, as a `Blob`. */
export async function blob(reader: PipeReader, { type = '', ...options }: BlobOptions = {}): Promise<Blob> {
  const collector = await collect(reader, options);
  return new Blob(collector.parts() as Uint8Array<ArrayBuffer>[], { type });
}
