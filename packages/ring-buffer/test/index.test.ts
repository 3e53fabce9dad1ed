import { expect, test } from 'vitest';
import ringBuffer from '../src/index.ts';

test('names itself and the contract it was written for', () => {
  expect(ringBuffer).toMatchObject({ name: '@millrace/ring-buffer', contract: 1 });
});

test('says that it copies both ways into memory that is fixed', () => {
  expect(ringBuffer.traits).toEqual({ put: 'copies', take: 'copies', fixed: true, amplification: 1 });
});

test('makes a store of 64 KiB unless told otherwise', () => {
  expect(ringBuffer.createStore().put(new Uint8Array(100_000), true)).toBe(65_536);
  expect(ringBuffer.createStore({}).put(new Uint8Array(100_000), true)).toBe(65_536);
});

test.each([1, 2, 255, 256, 257, 1000, 65_535, 65_537, 1_048_577])(
  'makes a store that holds exactly the %i bytes it was asked for',
  (capacityBytes) => {
    const store = ringBuffer.createStore({ capacityBytes });
    expect(store.put(new Uint8Array(capacityBytes + 1), true)).toBe(capacityBytes);
    expect(store.put(new Uint8Array(1), true)).toBe(0);
    expect(store.size).toBe(capacityBytes);
    store.clear();
  },
);

test('makes a store of one byte when asked for none, so that a body can still pass', () => {
  const store = ringBuffer.createStore({ capacityBytes: 0 });
  expect(store.put(Uint8Array.of(7, 8), true)).toBe(1);
  expect([...store.take()]).toEqual([7]);
  expect(store.put(Uint8Array.of(8), true)).toBe(1);
});

test.each([
  -1,
  0.5,
  NaN,
  Infinity,
  -Infinity,
  2 ** 30 + 1,
  Number.MAX_SAFE_INTEGER,
  '64' as unknown as number,
])('refuses a capacity of %s with a sentence that names it and the limit', (capacityBytes) => {
  const message = `capacityBytes is ${capacityBytes}; it must be a whole number from 0 to 1073741824`;
  expect(() => ringBuffer.createStore({ capacityBytes })).toThrow(
    expect.objectContaining({ name: 'RangeError', code: 'ERR_PIPE_ARGUMENT', message }),
  );
});

test('makes stores that know nothing of each other [P18]', () => {
  const [one, other] = [ringBuffer.createStore(), ringBuffer.createStore()];
  one.put(Uint8Array.of(1, 2, 3), true);
  other.put(Uint8Array.of(4), true);
  one.drop(1);
  expect([...one.take()]).toEqual([2, 3]);
  expect([...other.take()]).toEqual([4]);
});
