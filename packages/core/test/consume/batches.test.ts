import { expect, test } from 'vitest';
import { batches } from '../../src/consume/batches.ts';
import {
  anyReasons,
  ascii,
  endedBody,
  failedBody,
  openPipe,
  outcomeOf,
  quiet,
  utf8,
  writeAll,
} from './bodies.ts';

const joined = (batch: readonly Uint8Array[]): string => batch.map(ascii).join('');

test('all chunks that are there come in one batch', async () => {
  const seen: string[][] = [];
  for await (const batch of batches(endedBody('a', 'bc', 'd'))) seen.push(batch.map(ascii));
  expect(seen).toEqual([['a', 'bc', 'd']]);
});

test('a burst that wakes a parked call comes in one batch', async () => {
  const { writer, reader } = openPipe();
  const next = batches(reader).next();
  await quiet();
  writeAll(writer, ['a', 'b', 'c']);
  const { value } = (await next) as { value: Uint8Array[] };
  expect(joined(value)).toBe('abc');
});

test('no batch is empty, and the end comes once all bytes have', async () => {
  const { writer, reader } = openPipe();
  const iterator = batches(reader);
  writeAll(writer, ['a']);
  expect(joined(((await iterator.next()) as { value: Uint8Array[] }).value)).toBe('a');
  const last = iterator.next();
  await quiet();
  writer.end();
  expect(await last).toEqual({ done: true, value: undefined });
  expect(await iterator.next()).toEqual({ done: true, value: undefined });
});

test.each(anyReasons.map((reason) => [reason]))(
  'bytes come before the failure with %o, which is thrown once',
  async (reason) => {
    const iterator = batches(failedBody(reason, 'a', 'b'));
    expect(joined(((await iterator.next()) as { value: Uint8Array[] }).value)).toBe('ab');
    expect(await outcomeOf(iterator.next())).toEqual({ reason });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  },
);

test('a batch ends with what was there when it began, however fast the source writes on', async () => {
  let left = 50;
  const { writer, reader } = openPipe({
    highWaterMark: 2,
    source: {
      resume() {
        while (left > 0 && writer.write(utf8('x'))) left -= 1;
      },
    },
  });
  writeAll(writer, ['a', 'b']);
  const { value } = (await batches(reader).next()) as { value: Uint8Array[] };
  expect(joined(value).length).toBeLessThan(10);
});

test('calls made at once are answered in their order, no byte twice and none lost', async () => {
  for (const turns of [0, 1, 2, 3, 4, 5]) {
    const { writer, reader } = openPipe();
    const iterator = batches(reader);
    const calls = [iterator.next(), iterator.next()];
    writeAll(writer, ['a', 'b', 'c']);
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    calls.push(iterator.next());
    writeAll(writer, ['d', 'e']);
    await quiet();
    writeAll(writer, ['f', 'g']);
    await quiet();
    writeAll(writer, ['h']);
    writer.end();
    const results = await Promise.all(calls);
    const rest: string[] = [];
    for await (const batch of iterator) rest.push(joined(batch));
    const all = results.map(({ done, value }) => (done === true ? '' : joined(value)));
    expect(all.join('') + rest.join('')).toBe('abcdefgh');
  }
});

test('leaving the loop cancels the source', async () => {
  let cancels = 0;
  const { writer, reader } = openPipe({ source: { cancel: () => (cancels += 1) } });
  writeAll(writer, ['a']);
  for await (const _ of batches(reader)) break;
  expect(cancels).toBe(1);
});

test('with preventCancel, another consumer goes on where the loop was left', async () => {
  const { writer, reader } = openPipe();
  writeAll(writer, ['a']);
  for await (const _ of batches(reader, { preventCancel: true })) break;
  writeAll(writer, ['b']);
  expect(ascii((await reader.read())!)).toBe('b');
});

// D29: return() while calls wait.
test('return() settles every call that waits', async () => {
  const iterator = batches(openPipe().reader);
  const calls = [iterator.next(), iterator.next()];
  await quiet();
  expect(await iterator.return!()).toEqual({ done: true, value: undefined });
  expect(await Promise.all(calls)).toEqual([
    { done: true, value: undefined },
    { done: true, value: undefined },
  ]);
});

// D21: an error injected by the consumer.
test('throw(reason) rejects with it and cancels the source with it', async () => {
  for (const reason of [new Error('mine'), 0]) {
    const told: unknown[] = [];
    const iterator = batches(openPipe({ source: { cancel: (given) => told.push(given) } }).reader);
    expect(await outcomeOf(iterator.throw!(reason))).toEqual({ reason });
    expect(told).toEqual([reason]);
  }
});
