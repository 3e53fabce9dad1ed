import { describe, expect, it } from 'vitest';
import { conformance, gradeSubject, replay, traceDigest } from '../src/index.ts';
import type { ConformanceOptions } from '../src/index.ts';
import { createPlainPipe as createPipe } from './pipes/plain-pipe.ts';
import { growingStrategy } from './stores/growing-store.ts';

/** As who has no types writes them. */
const cases = (options: unknown): unknown => conformance(growingStrategy, options as ConformanceOptions);

describe('an option that there is none of', () => {
  it('is refused by each function that has options, with those it has', async () => {
    const profil = 'ci';
    expect(() => cases({ profil })).toThrow(
      new TypeError(
        'conformance() has no option profil; it has createPipe, profile, seed, laws, claims, supports, knownFailures, bail, host',
      ),
    );
    const subject = { name: 'a', specifier: 'a', strategy: growingStrategy };
    const grading = { profile: 'quick', seed: 1, profil } as const;
    await expect(gradeSubject(subject, grading)).rejects.toThrow(
      'gradeSubject() has no option profil; it has profile,',
    );
    const digesting = { createPipe, profil };
    await expect(traceDigest(growingStrategy, digesting)).rejects.toThrow(
      'traceDigest() has no option profil;',
    );
    const again = { createPipe, profil };
    await expect(replay(growingStrategy, 'S1.scope/3~p2.t1', again)).rejects.toThrow(
      'replay() has no option profil;',
    );
  });

  it('is none when it is undefined', () => {
    expect(cases({ profil: undefined, laws: undefined })).toEqual(
      expect.arrayContaining([expect.anything()]),
    );
  });
});

describe('a value that means nothing', () => {
  it.each<[object, string]>([
    // Each of these left nothing to grade, or all of it unclaimed: nothing failed.
    [
      { laws: ['S11'] },
      'laws of conformance() is ["S11"]; it must be a list of laws, S1 to S10 and P1 to P18',
    ],
    [{ laws: 'S1' }, 'laws of conformance() is "S1"; it must be a list of laws, S1 to S10 and P1 to P18'],
    [
      { claims: ['s1'] },
      'claims of conformance() is ["s1"]; it must be a list of laws, S1 to S10 and P1 to P18',
    ],
    [
      { supports: ['write'] },
      'supports of conformance() is ["write"]; it must be a list of what a pipe may have',
    ],
    [
      { knownFailures: { P19: 'why' } },
      'knownFailures of conformance() is {"P19":"why"}; it must be a reason for',
    ],
    [
      { knownFailures: ['P1'] },
      'knownFailures of conformance() is ["P1"]; it must be a reason for each of some laws',
    ],
    [{ profile: 'fast' }, `profile of conformance() is "fast"; it must be 'quick', 'ci' or 'deep'`],
    [{ seed: -1 }, 'seed of conformance() is -1; it must be a whole number from 0 to 4294967295'],
    [{ seed: '1' }, 'seed of conformance() is "1"; it must be a whole number from 0 to 4294967295'],
    [{ bail: 1 }, 'bail of conformance() is 1; it must be true or false'],
    [{ createPipe: {} }, 'createPipe of conformance() is {}; it must be a function'],
    [{ host: null }, 'host of conformance() is null; it must be an object'],
  ])('is refused: %j', (options, message) => {
    expect(() => cases(options)).toThrow(message);
    expect(() => cases(options)).toThrow(TypeError);
  });

  it('is refused in place of the options', () => {
    expect(() => cases(null)).toThrow('the options of conformance() are null, no object');
    expect(() => cases('ci')).toThrow('the options of conformance() are ci, no object');
  });
});
