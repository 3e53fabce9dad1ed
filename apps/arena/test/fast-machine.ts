import type { Machine } from '../src/speed/machine.ts';

/** What the records in these tests were measured on. Its name has to be escaped in a page. */
export const fastMachine: Machine = {
  cpu: 'A <fast> one',
  cores: 2,
  memoryGiB: 8,
  platform: 'linux x64',
  runtime: 'Node 24.21.0',
  commit: 'abcdef0',
  date: '2026-11-29',
};
