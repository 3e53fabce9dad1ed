import { describe, expect, test } from 'vitest';
import { bytes } from '../../src/consume/bytes.ts';
import { tee } from '../../src/consume/tee.ts';
import { createPipe } from '../../src/pipe.ts';
import { arrayStrategy, fixedArrayStrategy, passingStrategy } from '../array-strategy.ts';
import {
  anyReasons,
  ascii,
  cut,
  endedBody,
  failedBody,
  openPipe,
  outcomeOf,
  patterned,
  quiet,
  utf8,
  writeAll,
} from './bodies.ts';

const strategy = arrayStrategy;

describe.each([
  ['a store that grows', arrayStrategy],
  ['a fixed store', fixedArrayStrategy],
  ['a store that passes chunks on', passingStrategy],
])('over %s', (_name, strategy) => {
  test.each([1, 2, 3, 5])('%i branches all get the whole body', async (count) => {
    const body = patterned(1_000);
    for (const maxLag of [1, 7, 64, 5_000]) {
      const branches = tee(endedBody(...cut(body, 13)), count, { strategy, maxLag });
      expect(branches).toHaveLength(count);
      const bodies = await Promise.all(branches.map((branch) => bytes(branch)));
      for (const got of bodies) expect(Buffer.from(body).equals(got)).toBe(true);
    }
  });
});

// D51: branches that share one byte array.
test('what one branch does to its bytes, no other branch and no chunk behind sees', async () => {
  const { writer, reader } = createPipe(passingStrategy);
  const branches = tee(reader, 3, { strategy: passingStrategy });
  writer.write(utf8('abc'));
  writer.write(utf8('def'));
  writer.end();
  await quiet();
  for (const branch of branches) {
    const seen: string[] = [];
    for await (const chunk of branch) {
      seen.push(ascii(chunk));
      new Uint8Array(chunk.buffer).fill(0x21);
    }
    expect(seen.join('')).toBe('abcdef');
  }
});

// D65: fan-out that follows the fastest branch.
test('the fast branch gets maxLag bytes ahead of the slow one and no further', async () => {
  const { writer, reader } = openPipe({ maxBuffered: Infinity });
  const [fast, slow] = tee(reader, 2, { strategy, maxLag: 10 });
  writeAll(writer, cut(patterned(100), 7));
  let ahead = 0;
  for (;;) {
    await quiet();
    const chunk = fast.tryRead();
    if (!chunk) break;
    ahead += chunk.length;
    expect(slow.size).toBeLessThanOrEqual(10);
  }
  expect(ahead).toBe(10);
  await slow.read({ min: 10, max: 10 });
  await quiet();
  expect(fast.size).toBe(10);
});

test('a slow branch holds back the source itself', async () => {
  const pauses: string[] = [];
  const { writer, reader } = openPipe({
    highWaterMark: 10,
    source: { pause: () => pauses.push('pause'), resume: () => pauses.push('resume') },
  });
  const [fast, slow] = tee(reader, 2, { strategy, maxLag: 10 });
  void bytes(fast);
  while (writer.write(new Uint8Array(5))) await quiet();
  expect(pauses.at(-1)).toBe('pause');
  await slow.read();
  await slow.read();
  await quiet();
  expect(pauses.at(-1)).toBe('resume');
});

test('a branch that is cancelled no longer holds the others', async () => {
  const body = patterned(100);
  const [a, b] = tee(endedBody(...cut(body, 7)), 2, { strategy, maxLag: 10 });
  const collected = bytes(a);
  await quiet();
  b.cancel();
  expect([...(await collected)]).toEqual([...body]);
});

test('a branch that is cancelled leaves the source alone as long as another lives', async () => {
  const told: unknown[] = [];
  const { writer, reader } = openPipe({ source: { cancel: (reason) => told.push(reason) } });
  const [a, b] = tee(reader, 2, { strategy });
  a.cancel(new Error('first'));
  await quiet();
  expect(told).toEqual([]);
  writer.write(utf8('x'));
  expect(ascii((await b.read())!)).toBe('x');
  const last = new Error('last');
  b.cancel(last);
  expect(told).toEqual([last]);
});

test('when all branches leave while the source is paused, it is cancelled at once', async () => {
  const told: unknown[] = [];
  const { writer, reader } = openPipe({ source: { cancel: (reason) => told.push(reason) } });
  const [a, b] = tee(reader, 2, { strategy, maxLag: 2 });
  writeAll(writer, ['ab', 'cd', 'ef']);
  await quiet();
  a.cancel(1);
  b.cancel(2);
  expect(told).toEqual([2]);
  await quiet();
});

// D20: a failure that cancels one of two branches, whose parked read then ends cleanly.
test.each(anyReasons.map((reason) => [reason]))(
  'a failure with %o reaches every branch, parked or not',
  async (reason) => {
    const { writer, reader } = openPipe();
    const [parked, idle, behind] = tee(reader, 3, { strategy });
    const read = outcomeOf(parked.read());
    await quiet();
    writer.write(utf8('ab'));
    await quiet();
    const readAgain = outcomeOf(parked.read());
    writer.fail(reason);
    expect(await read).toHaveProperty('value');
    expect(await readAgain).toEqual({ reason });
    for (const branch of [idle, behind]) {
      expect(ascii((await branch.read())!)).toBe('ab');
      expect(await outcomeOf(branch.read())).toEqual({ reason });
    }
  },
);

test('bytes come before the failure in a branch that was full', async () => {
  const reason = new Error('died');
  const [a, b] = tee(failedBody(reason, 'ab', 'cd', 'ef'), 2, { strategy, maxLag: 2 });
  const read = async (branch: typeof a) => {
    const got: string[] = [];
    for (;;) {
      const step = await outcomeOf(branch.read());
      if ('reason' in step) return [got.join(''), step.reason];
      got.push(ascii(step.value!));
    }
  };
  expect(await Promise.all([read(a), read(b)])).toEqual([
    ['abcdef', reason],
    ['abcdef', reason],
  ]);
});

test('a wait for more than maxLag fails that call alone', async () => {
  const [a, b] = tee(endedBody('abcdef'), 2, { strategy, maxLag: 2 });
  expect(await outcomeOf(a.read({ min: 3 }))).toMatchObject({ reason: { code: 'ERR_PIPE_OVERFLOW' } });
  const bodies = await Promise.all([bytes(a), bytes(b)]);
  expect(bodies.map(ascii)).toEqual(['abcdef', 'abcdef']);
});

test('a wait for maxLag bytes is answered while the other branch is full', async () => {
  const [a, b] = tee(endedBody('abcdef'), 2, { strategy, maxLag: 4 });
  expect(ascii((await a.read({ min: 4 }))!)).toBe('abcd');
  expect(b.size).toBe(4);
});

test('an empty body ends every branch', async () => {
  const branches = tee(endedBody(), 2, { strategy });
  expect(await Promise.all(branches.map((branch) => branch.read()))).toEqual([null, null]);
});

test.each([0, -1, 1.5])('%o branches are refused, as is such a lag', (number) => {
  expect(() => tee(endedBody(), number, { strategy })).toThrow(
    expect.objectContaining({ code: 'ERR_PIPE_ARGUMENT' }),
  );
  expect(() => tee(endedBody(), 2, { strategy, maxLag: number })).toThrow(
    expect.objectContaining({ code: 'ERR_PIPE_ARGUMENT' }),
  );
});
