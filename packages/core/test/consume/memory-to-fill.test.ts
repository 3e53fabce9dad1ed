import { afterEach, expect, test, vi } from 'vitest';
import { memoryToFill } from '../../src/consume/memory-to-fill.ts';

afterEach(() => vi.unstubAllGlobals());

test.each([1, 4095, 4096, 100_000])('%i bytes are a plain array that has its buffer to itself', (length) => {
  const memory = memoryToFill(length);
  expect(Object.getPrototypeOf(memory)).toBe(Uint8Array.prototype);
  expect([memory.length, memory.byteOffset, memory.buffer.byteLength]).toEqual([length, 0, length]);
});

test('the runtime is asked for memory that is not zeroed, where it can give some', () => {
  const allocUnsafeSlow = vi.fn<(length: number) => Uint8Array>((length) => new Uint8Array(length).fill(7));
  vi.stubGlobal('Buffer', { allocUnsafeSlow });
  expect(memoryToFill(5000)).toEqual(new Uint8Array(5000).fill(7));
  expect(allocUnsafeSlow).toHaveBeenCalledExactlyOnceWith(5000);
});

test('[S10] memory out of a pool is not taken', () => {
  vi.stubGlobal('Buffer', { allocUnsafeSlow: (length: number) => new Uint8Array(8192).subarray(0, length) });
  expect(memoryToFill(5000).buffer.byteLength).toBe(5000);
});

test.each([
  ['no Buffer', undefined],
  ['another Buffer', {}],
])('with %s it is zeros', (_what, stand) => {
  vi.stubGlobal('Buffer', stand);
  expect(memoryToFill(5000)).toEqual(new Uint8Array(5000));
});
