import { describe, expect, test } from 'vitest';
import { isAskedFor, parseSpeedArguments, replacesPages, usage } from '../src/speed/speed-arguments.ts';
import type { SpeedArguments } from '../src/speed/speed-arguments.ts';

describe('the command line', () => {
  test('asks for everything when it says nothing', () => {
    expect(parseSpeedArguments([])).toEqual({
      isQuick: false,
      wantsGoals: false,
      only: [],
      contenders: [],
      runtime: 'node',
      from: undefined,
    });
  });

  test('takes workloads and contenders more than once', () => {
    const asked = parseSpeedArguments([
      '--quick',
      '--only',
      'given',
      '--only',
      'latency',
      '--contender',
      'ring-buffer',
    ]);
    expect(asked).toMatchObject({
      isQuick: true,
      only: ['given', 'latency'],
      contenders: [{ id: 'ring-buffer' }],
    });
  });

  test('knows --help', () => {
    expect(parseSpeedArguments(['-h'])).toBe('help');
    expect(usage).toContain('--goals');
  });

  test.each([
    [['--contender', 'nobody'], /--contender is "nobody"; it must be one of chunk-queue, /],
    [['--only', 'nothing'], /--only is "nothing"; no table/],
    [['--fast'], /--fast/],
    [['given'], /given/],
    [['--only'], /--only/],
    [['--runtime', 'rhino'], /--runtime is "rhino"; it must be one of node, node26, bun, deno/],
  ])('%j is refused with what is wrong', (argv, message) => {
    expect(() => parseSpeedArguments(argv)).toThrow(message);
  });
});

test.each([
  [[], true],
  [['--quick'], true],
  [['--from', 'performance.json'], true],
  [['--goals'], false],
  [['--from', 'performance.json', '--goals'], false],
  [['--only', 'given'], false],
  [['--contender', 'ring-buffer'], false],
  [['--runtime', 'bun'], false],
])('%j replaces the pages: %s', (argv, expected) => {
  expect(replacesPages(parseSpeedArguments(argv) as SpeedArguments)).toBe(expected);
});

test('a workload is asked for by a part of its name, or by its table', () => {
  const workload = 'for-await/given/bursts-64/1KiB';
  expect(isAskedFor([], 'given', workload)).toBe(true);
  expect(isAskedFor(['given'], 'given', 'x')).toBe(true);
  expect(isAskedFor(['bursts-64'], 'given', workload)).toBe(true);
  expect(isAskedFor(['bursts-8'], 'given', workload)).toBe(false);
});
