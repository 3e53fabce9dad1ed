import type { CreatePipe } from '@millrace/conformance';

export const claims = { P1: 'https://example.com/' };

/** Takes the whole process down, as a library may. */
export const createPipe: CreatePipe = () => {
  setImmediate(() => {
    throw new RangeError('this library has had enough');
  });
  throw new Error('no pipe today');
};
