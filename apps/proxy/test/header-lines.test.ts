import { describe, expect, it } from 'vitest';
import { membersOf, rejectHeaders, valuesOf } from '../src/policy/header-lines.ts';

describe('header lines', () => {
  it('can be left out by name', () => {
    expect(rejectHeaders(['Host', 'a', 'x', '1', 'HOST', 'b'], (name) => name === 'host')).toEqual([
      'x',
      '1',
    ]);
  });

  it('give the values of one header in order, one for each line', () => {
    expect(valuesOf(['Via', 'a', 'x', '1', 'via', 'b'], 'via')).toEqual(['a', 'b']);
    expect(valuesOf(['x', 'via'], 'via')).toEqual([]);
  });

  it('give the members of a list over all its lines, empty ones left out', () => {
    expect(membersOf(['TE', 'Trailers , ,a', 'x', '1', 'te', 'b'], 'te')).toEqual(['trailers', 'a', 'b']);
  });
});
