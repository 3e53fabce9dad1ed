import type { CreatePipe } from '@millrace/conformance';

export const claims = { P1: 'https://example.com/' };

/** Never gives the process back. */
export const createPipe: CreatePipe = () => {
  for (;;);
};
