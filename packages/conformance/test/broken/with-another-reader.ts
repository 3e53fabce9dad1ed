import type { PipeReader } from '@millrace/core';
import { PlainPipe } from '../pipes/plain-pipe.ts';

/** A pipe whose reader has some methods of another making. */
export abstract class WithAnotherReader extends PlainPipe {
  abstract changed(reader: PipeReader): Partial<PipeReader>;

  override makeReader(): PipeReader {
    const reader = super.makeReader();
    const original = Object.defineProperties({}, Object.getOwnPropertyDescriptors(reader)) as PipeReader;
    return Object.assign(reader, this.changed(original));
  }
}
