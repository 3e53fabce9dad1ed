import { describe, expect, it } from 'vitest';
import type { HeaderRecord } from '../src/index.ts';
import { declaredBytes, endsWithConnection } from '../src/framing.ts';

describe('declaredBytes', () => {
  it.each<[string, HeaderRecord, number | undefined]>([
    ['a length', { 'content-length': '12' }, 12],
    ['zero', { 'content-length': '0' }, 0],
    ['the same length twice', { 'content-length': ['12', '12'] }, 12],
    ['the same length twice on a line', { 'content-length': '12, 12' }, 12],
    ['no length', {}, undefined],
    ['a length that chunks overrule', { 'content-length': '12', 'transfer-encoding': 'chunked' }, undefined],
  ])('takes %s', (_, headers, bytes) => {
    expect(declaredBytes('GET', 200, headers)).toBe(bytes);
  });

  it.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
    ['POST', 103],
  ])('is none for %s %i, whose length is of another body', (method, status) => {
    expect(declaredBytes(method, status, { 'content-length': '12' })).toBeUndefined();
  });

  it.each([
    ['12, 13'],
    ['-1'],
    ['+1'],
    ['1.5'],
    ['0x10'],
    ['1e3'],
    [''],
    ['12 13'],
    ['9007199254740993'],
    [['1', '2']],
  ])('fails with LENGTH_MISMATCH for %j', (length) => {
    expect(() => declaredBytes('GET', 200, { 'content-length': length })).toThrow(
      expect.objectContaining({ code: 'ERR_PIPE_LENGTH_MISMATCH' }),
    );
  });
});

describe('endsWithConnection', () => {
  it.each<[string, HeaderRecord, boolean]>([
    ['neither length nor chunks', {}, true],
    ['a coding that is not chunked', { 'transfer-encoding': 'gzip' }, true],
    ['chunked under another coding', { 'transfer-encoding': 'chunked, gzip' }, true],
    ['chunked last', { 'transfer-encoding': ['gzip', 'Chunked'] }, false],
    ['a length', { 'content-length': '1' }, false],
  ])('with %s', (_, headers, expected) => {
    expect(endsWithConnection('GET', 200, headers)).toBe(expected);
  });

  it.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ])('is never so for %s %i', (method, status) => {
    expect(endsWithConnection(method, status, {})).toBe(false);
  });
});
