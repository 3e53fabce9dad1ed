import type { CreatePipe } from '@millrace/conformance';

export const claims = { P1: 'https://example.com/' };

/** Dies as V8 lets a process die that has no memory left: a line that says so, in front of a native stack. */
export const createPipe: CreatePipe = () => {
  process.stderr.write('FATAL ERROR: no memory is left\n10: 0x19c77d1 [/folder/of/this/machine/node]\n');
  process.kill(process.pid, 'SIGKILL');
  throw new Error('it lives on');
};
