import { describe, expect, it } from 'vitest';
import { readInvocation } from '../../src/command-line/invocation.ts';

const runOf = (...argv: string[]) => {
  const invocation = readInvocation(argv);
  if (invocation.kind !== 'run') throw new Error(invocation.kind);
  return invocation.run;
};

describe('the command line', () => {
  it('runs the quick profile with seed 1 on what it is given, and prints', () => {
    expect(runOf('@scope/a', './b.js')).toEqual({
      bail: false,
      subjects: ['@scope/a', './b.js'],
      profile: 'quick',
      seed: 1,
      laws: undefined,
      reporters: [{ name: 'pretty', file: undefined }],
      replay: undefined,
      emitTest: undefined,
      knownFailures: undefined,
      hangLimitSeconds: 120,
    });
  });

  it('takes laws in lists and one by one, in any case', () => {
    expect(runOf('a', '--law', 's1,P3', '--law=P18').laws).toEqual(['S1', 'P3', 'P18']);
  });

  it('takes several reporters, one of them to standard output', () => {
    expect(runOf('a', '--reporter', 'tap', '--reporter', 'junit=out/a=b.xml').reporters).toEqual([
      { name: 'tap', file: undefined },
      { name: 'junit', file: 'out/a=b.xml' },
    ]);
  });

  it('prints the verdict beside the files that are written, unless something else is printed', () => {
    const verdict = { name: 'pretty', file: undefined };
    const page = { name: 'html', file: 'report.html' };
    expect(runOf('a', '--reporter', 'html=report.html').reporters).toEqual([verdict, page]);
    const argv = ['--reporter', 'html=report.html', '--reporter', 'pretty'];
    expect(runOf('a', ...argv).reporters).toEqual([page, verdict]);
  });

  it('takes a limit in seconds, or none at all', () => {
    expect(runOf('a', '--hang-limit-seconds', '86400').hangLimitSeconds).toBe(86_400);
    expect(runOf('a', '--hang-limit-seconds', '0').hangLimitSeconds).toBe(0);
  });

  it('answers for help, version and the list of laws without a subject', () => {
    expect(readInvocation(['--help'])).toEqual({ kind: 'help' });
    expect(readInvocation(['-v'])).toEqual({ kind: 'version' });
    expect(readInvocation(['--list'])).toEqual({ kind: 'list' });
  });

  it.each([
    [[], /Name at least one strategy/],
    [['a', '--frob'], /Unknown option '--frob' \(see --help\)$/],
    [['a', '--profile', 'slow'], /--profile is "slow"; it must be quick, ci or deep/],
    [['a', '--seed', '-1'], /--seed/],
    [['a', '--seed', '1e3'], /--seed is "1e3"; it must be a whole number from 0 to 4294967295/],
    [['a', '--seed', '4294967296'], /--seed is "4294967296"/],
    [['a', '--law', 'Q1'], /--law is "Q1"; laws are S1 to S10 and P1 to P18/],
    [['a', '--replay', 'c', '--law', 'P1', '--bail'], /so --law and --bail would change nothing$/],
    [
      ['a', '--hang-limit-seconds', '1.5'],
      /--hang-limit-seconds is "1\.5"; it must be a whole number from 1 to 86400/,
    ],
    [['a', '--hang-limit-seconds', '86401'], /is "86401"; .*, or 0 for no limit$/],
    [['a', '--reporter', 'xml'], /--reporter is "xml"; it must be one of pretty, tap, junit/],
    [['a', '--reporter', 'json='], /--reporter json= names no file/],
    [['a', '--reporter', 'json', '--reporter', 'tap'], /json and tap would both write to standard output/],
  ])('refuses %j with one sentence', (argv, sentence) => {
    expect(() => readInvocation(argv)).toThrow(sentence);
    expect(() => readInvocation(argv)).toThrow(expect.objectContaining({ name: 'UsageError' }));
  });
});
