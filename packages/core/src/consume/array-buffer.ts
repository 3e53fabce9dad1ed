import type { PipeReader } from '../pipe-reader.ts';
import { collect, type BytesOptions } from './bytes.ts';

/** As `bytes`, as the `ArrayBuffer` of exactly those bytes. */
export async function arrayBuffer(reader: PipeReader, options: BytesOptions = {}): Promise<ArrayBuffer> {
  return (await collect(reader, options)).join().buffer as ArrayBuffer;
}
