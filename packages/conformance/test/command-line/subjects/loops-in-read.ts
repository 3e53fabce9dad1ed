import type { BufferStrategy, Pipe, PipeOptions } from '@millrace/core';
import { createPlainPipe } from '../../pipes/plain-pipe.ts';
import { growingStrategy } from '../../stores/growing-store.ts';
import { hang } from '../hang.ts';

/** A pipe whose `read` never comes back. */
export function createPipe(strategy: BufferStrategy, options?: PipeOptions): Pipe {
  const pipe = createPlainPipe(strategy, options);
  pipe.reader.read = hang;
  return pipe;
}

export default growingStrategy;
