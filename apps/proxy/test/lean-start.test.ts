import { describe, expect, it } from 'vitest';
import { leanArgs, type Start } from '../src/run/lean-start.ts';

const start: Start = {
  execPath: '/bin/node',
  execArgv: ['--import', 'some.ts'],
  args: ['main.ts', '--listen', ':80'],
  told: ['access.log'],
  nodeOptions: '--enable-source-maps',
  hasChannel: false,
  node: '24.1.0',
};

describe('a process', () => {
  it('is started again as it was, told to take less memory', () => {
    expect(leanArgs(start)).toEqual([
      '/bin/node',
      '--max-semi-space-size=8',
      '--no-maglev',
      '--no-allocation-site-pretenuring',
      '--import',
      'some.ts',
      'main.ts',
      '--listen',
      ':80',
    ]);
  });

  it('is given no flag of V8 by a Node that may not know it any more', () => {
    expect(leanArgs({ ...start, node: '26.10.0' })).toContain('--no-maglev');
    expect(leanArgs({ ...start, node: '27.0.0' })?.slice(0, 3)).toEqual([
      '/bin/node',
      '--max-semi-space-size=8',
      '--import',
    ]);
  });

  it.each(['/dev/fd/2', '{"accessLog": "/proc/self/fd/1"}', '/dev/fd/', 'fd/3'])(
    'is started again though it is told %s, which stays open or is no such file',
    (told) => {
      expect(leanArgs({ ...start, told: [told] })).toBeDefined();
    },
  );

  it.each<[string, Partial<Start>]>([
    ['it was already', { execArgv: ['--max-semi-space-size=16'] }],
    ['somebody has chosen another size', { execArgv: ['--max-semi-space-size=64'] }],
    ['somebody has chosen it for all of Node', { nodeOptions: '--no-warnings --max-semi-space-size=8' }],
    ['somebody has chosen the least size', { execArgv: ['--min-semi-space-size=32'] }],
    ['the same in underscores and quotes', { nodeOptions: '"--max_semi_space_size=8" --no-warnings' }],
    ['it is a worker', { hasChannel: true }],
    ['its log goes to a file that it was given open', { args: ['main.ts', '--access-log=/dev/fd/3'] }],
    ['the variable says so', { told: ['/proc/self/fd/9'] }],
    ['the file says so', { told: ['{"accessLog": "/dev/fd/10"}'] }],
    ['a debugger waits for it', { execArgv: ['--inspect-brk=0'] }],
  ])('stays as it is when %s', (_, change) => {
    expect(leanArgs({ ...start, ...change })).toBeUndefined();
  });
});
