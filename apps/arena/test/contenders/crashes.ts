import type { CreatePipe } from '@millrace/conformance';
import { foreignPipe } from '../../src/foreign-pipe.ts';

export const claims = { P1: 'https://example.com/' };

/** Takes the whole process down, as a library may. */
export const createPipe: CreatePipe = (_strategy, options) => {
  setImmediate(() => {
    throw new RangeError('this library has had enough');
  });
  return foreignPipe(options, () => ({
    write: () => true,
    end: () => undefined,
    fail: () => undefined,
    values: () => ({ next: () => new Promise(() => undefined) }),
  }));
};
