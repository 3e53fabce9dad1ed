import { expect, test } from 'vitest';
import { showBytes } from '../src/patterned-bytes.ts';

test('bytes in a message are counted as people count: one byte, two bytes', () => {
  expect(showBytes(Uint8Array.of(1))).toBe('01 (1 byte)');
  expect(showBytes(Uint8Array.of(1, 2))).toBe('01 02 (2 bytes)');
});
