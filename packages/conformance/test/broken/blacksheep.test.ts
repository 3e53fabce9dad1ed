import { describe, expect, it } from 'vitest';
import { failureText } from '../../src/failure-text.ts';
import { blackSheep } from './blacksheep.ts';
import { expectKills } from './expect-kills.ts';
import { tryOut } from './kill-matrix.ts';

expectKills('BlackSheep', blackSheep);

describe('BlackSheep as it was', () => {
  it('is shown losing the byte that arrives while a chunk is out', { timeout: 0 }, async () => {
    const [original] = blackSheep;
    if (original === undefined) throw new Error('The original is not there');
    const result = (await tryOut(original)).results.get('P1');
    if (result === undefined) throw new Error('P1 was not put to the test');
    expect(failureText(result).split('\n').slice(0, 4)).toEqual([
      `[P1] fail: ${result.message ?? ''}`,
      '  expected 2 bytes, all that were accepted, before the terminal',
      '  got      a clean end from next() #2 after 1 byte, without the byte at offset 1',
      `  replay   ${result.counterexample?.replay ?? ''}`,
    ]);
    expect(result.message).toBe(
      'Expected 2 bytes, all that were accepted, before the terminal, ' +
        'got a clean end from next() #2 after 1 byte, without the byte at offset 1 (replay h4/w1.w1.e/n.n~PCDPPC)',
    );
  });
});
