import type { BufferStrategy, Pipe, PipeOptions } from '@millrace/core';
import { createPlainPipe } from '../../pipes/plain-pipe.ts';
import { growingStrategy } from '../../stores/growing-store.ts';
import { passLimit } from '../hang.ts';

/** A pipe whose `read` comes back with a promise that microtasks without end are behind. */
export function createPipe(strategy: BufferStrategy, options?: PipeOptions): Pipe {
  const pipe = createPlainPipe(strategy, options);
  pipe.reader.read = async () => {
    passLimit();
    for (;;) await Promise.resolve();
  };
  return pipe;
}

export default growingStrategy;
