import type { PipeReader } from './pipe-reader.ts';
import type { PipeWriter } from './pipe-writer.ts';

/** A writer and a reader around one store. Hand each half to the side it is for. */
export interface Pipe {
  readonly writer: PipeWriter;
  readonly reader: PipeReader;
}
