import { expect, test } from 'vitest';
import { bytes } from '../../src/consume/bytes.ts';
import { fromAsyncIterable } from '../../src/consume/from-async-iterable.ts';
import { arrayStrategy } from '../array-strategy.ts';
import { anyReasons, ascii, outcomeOf, patterned, quiet, utf8 } from './bodies.ts';

test('every chunk of a generator arrives, then the end', async () => {
  async function* source() {
    for (const letter of 'abc') yield utf8(letter);
  }
  expect(ascii(await bytes(fromAsyncIterable(source(), arrayStrategy)))).toBe('abc');
});

test('a plain iterable will do', async () => {
  expect(ascii(await bytes(fromAsyncIterable([utf8('a'), utf8('b')], arrayStrategy)))).toBe('ab');
});

test('a generator may yield the same memory again', async () => {
  async function* source() {
    const memory = new Uint8Array(1);
    for (const byte of patterned(20)) {
      memory[0] = byte;
      yield memory;
    }
  }
  expect([...(await bytes(fromAsyncIterable(source(), arrayStrategy)))]).toEqual([...patterned(20)]);
});

test('it is asked for no more than the pipe has room for', async () => {
  let asked = 0;
  async function* source() {
    for (;;) {
      asked += 1;
      yield new Uint8Array(10);
    }
  }
  const reader = fromAsyncIterable(source(), arrayStrategy, { highWaterMark: 25 });
  await quiet();
  expect(asked).toBe(3);
  await reader.read();
  await reader.read();
  await quiet();
  expect(asked).toBe(5);
});

test.each(anyReasons.map((reason) => [reason]))(
  'what it throws, %o, fails the pipe as it is, behind the bytes',
  async (reason) => {
    let returns = 0;
    async function* source() {
      try {
        yield utf8('a');
        throw reason;
      } finally {
        returns += 1;
      }
    }
    const reader = fromAsyncIterable(source(), arrayStrategy);
    expect(await reader.read()).toEqual(utf8('a'));
    expect(await outcomeOf(reader.read())).toEqual({ reason });
    expect(returns).toBe(1);
  },
);

test('an iterator that throws by itself is not told to return, not even when the pipe was cancelled before', async () => {
  for (const isCancelled of [false, true]) {
    let refuse!: (reason: unknown) => void;
    const calls: string[] = [];
    const reader = fromAsyncIterable(
      {
        [Symbol.asyncIterator]: () => ({
          next: () => new Promise<IteratorResult<Uint8Array>>((_, reject) => (refuse = reject)),
          return: () => {
            calls.push('return');
            return Promise.resolve({ done: true as const, value: undefined });
          },
        }),
      },
      arrayStrategy,
    );
    await quiet();
    if (isCancelled) reader.cancel();
    refuse(new Error('mine'));
    await quiet();
    expect(calls).toEqual(isCancelled ? ['return'] : []);
  }
});

test('cancelling the pipe returns the iterator, once, and the end of one does not', async () => {
  const iterator = (end: boolean) => {
    const calls: string[] = [];
    return {
      calls,
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.resolve({ done: end as false, value: utf8('a') }),
        return: () => {
          calls.push('return');
          return Promise.reject(new Error('nobody is told'));
        },
      }),
    };
  };
  const left = iterator(false);
  const reader = fromAsyncIterable(left, arrayStrategy, { highWaterMark: 1 });
  await quiet();
  reader.cancel();
  await quiet();
  const ended = iterator(true);
  await bytes(fromAsyncIterable(ended, arrayStrategy));
  expect([left.calls, ended.calls]).toEqual([['return'], []]);
});

test('an iterator that is asked for its next chunk when the pipe is cancelled is returned too', async () => {
  const calls: string[] = [];
  const reader = fromAsyncIterable(
    {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<IteratorResult<Uint8Array>>(() => {}),
        return: () => {
          calls.push('return');
          return Promise.resolve({ done: true as const, value: undefined });
        },
      }),
    },
    arrayStrategy,
  );
  await quiet();
  reader.cancel();
  expect(calls).toEqual(['return']);
});

test.each(['text', null, 7])('a chunk of %o fails the pipe and returns the iterator', async (chunk) => {
  let returns = 0;
  function* source() {
    try {
      yield utf8('a');
      yield chunk as unknown as Uint8Array;
    } finally {
      returns += 1;
    }
  }
  const reader = fromAsyncIterable(source(), arrayStrategy);
  expect(await reader.read()).toEqual(utf8('a'));
  expect(await outcomeOf(reader.read())).toMatchObject({
    reason: { code: 'ERR_PIPE_ARGUMENT', value: chunk },
  });
  expect(returns).toBe(1);
});

test('a signal that has fired cancels it before it is asked for anything', async () => {
  const reason = new Error('enough');
  let asked = 0;
  const source = {
    *[Symbol.iterator](): Generator<Uint8Array> {
      asked += 1;
      yield utf8('a');
    },
  };
  const reader = fromAsyncIterable(source, arrayStrategy, { signal: AbortSignal.abort(reason) });
  expect(((await outcomeOf(reader.read())) as { reason: unknown }).reason).toBe(reason);
  expect(asked).toBe(0);
});
