import { expect, test } from 'vitest';
import { readExactly } from '../../src/consume/read-exactly.ts';
import { createPipe } from '../../src/pipe.ts';
import { fixedArrayStrategy } from '../array-strategy.ts';
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
} from './bodies.ts';

test('exactly that many bytes come, whatever chunks they are in, and the rest stays', async () => {
  const body = patterned(40);
  for (const size of [1, 3, 7, 40]) {
    for (const count of [1, 2, 6, 7, 8, 39, 40]) {
      const reader = endedBody(...cut(body, size));
      expect([...(await readExactly(reader, count))]).toEqual(Array.from(body.slice(0, count)));
      expect(reader.size).toBe(40 - count);
    }
  }
});

test('0 bytes are there at once, at the end too', async () => {
  expect(await readExactly(openPipe().reader, 0)).toEqual(new Uint8Array(0));
  expect(await readExactly(endedBody(), 0)).toEqual(new Uint8Array(0));
});

test.each([-1, 1.5, Number.NaN, Infinity])('a count of %o is refused', async (count) => {
  expect(await outcomeOf(readExactly(endedBody('ab'), count))).toMatchObject({
    reason: { code: 'ERR_PIPE_ARGUMENT', value: count },
  });
});

test('an end that comes first rejects with the bytes there were', async () => {
  const reader = endedBody('ab', 'c');
  const { reason } = (await outcomeOf(readExactly(reader, 4))) as { reason: { partial: Uint8Array } };
  expect(reason).toMatchObject({ code: 'ERR_PIPE_UNEXPECTED_END' });
  expect(ascii(reason.partial)).toBe('abc');
  expect(await reader.read()).toBe(null);
});

test('an end that comes while it waits rejects with the bytes there were', async () => {
  const { writer, reader } = openPipe();
  const outcome = outcomeOf(readExactly(reader, 4));
  writer.write(utf8('abc'));
  await quiet();
  writer.end();
  const { reason } = (await outcome) as { reason: { code: string; partial: Uint8Array } };
  expect([reason.code, ascii(reason.partial)]).toEqual(['ERR_PIPE_UNEXPECTED_END', 'abc']);
});

test('an end with nothing before it has an empty partial', async () => {
  expect(await outcomeOf(readExactly(endedBody(), 1))).toMatchObject({
    reason: { code: 'ERR_PIPE_UNEXPECTED_END', partial: new Uint8Array(0) },
  });
});

test.each(anyReasons.map((reason) => [reason]))(
  'a failure with %o that comes first is thrown as it is',
  async (reason) => {
    expect(await outcomeOf(readExactly(failedBody(reason, 'ab'), 4))).toEqual({ reason });
    expect(await outcomeOf(readExactly(failedBody(reason), 4))).toEqual({ reason });
    expect(await readExactly(failedBody(reason, 'abcd'), 4)).toEqual(utf8('abcd'));
  },
);

test('a signal that fires loses no byte', async () => {
  const { writer, reader } = openPipe();
  const controller = new AbortController();
  const outcome = outcomeOf(readExactly(reader, 4, { signal: controller.signal }));
  writer.write(utf8('abc'));
  await quiet();
  const reason = new Error('enough');
  controller.abort(reason);
  expect(((await outcome) as { reason: unknown }).reason).toBe(reason);
  writer.write(utf8('d'));
  expect(ascii(await readExactly(reader, 4))).toBe('abcd');
});

// D31: a reader that wants more than the mark, a producer that is paused at it.
test.each([7, 8, 9, 24, 32, 33, 100])(
  '%i bytes come through a mark of 8 from a producer that obeys it',
  async (count) => {
    for (const strategy of [undefined, fixedArrayStrategy]) {
      const options = { highWaterMark: 8, maxBuffered: 32 };
      const { writer, reader } = strategy === undefined ? openPipe(options) : createPipe(strategy, options);
      const body = patterned(count);
      const read = readExactly(reader, count);
      for (const byte of body) {
        expect(await writer.ready()).toBe(true);
        writer.write(Uint8Array.of(byte));
      }
      expect([...(await read)]).toEqual([...body]);
    }
  },
);

test('more bytes than the pipe may hold: what comes with the last of them stays', async () => {
  const { writer, reader } = openPipe({ highWaterMark: 8, maxBuffered: 8 });
  const read = readExactly(reader, 20);
  for (const chunk of cut(patterned(21), 7)) {
    await writer.ready();
    writer.write(chunk);
    await quiet();
  }
  expect([...(await read)]).toEqual([...patterned(20)]);
  expect([...(await reader.read())!]).toEqual([20]);
});

test('more bytes than the pipe may hold: an early end rejects with all there were', async () => {
  const { writer, reader } = openPipe({ highWaterMark: 8, maxBuffered: 8 });
  const outcome = outcomeOf(readExactly(reader, 100));
  for (const byte of patterned(20)) {
    await writer.ready();
    writer.write(Uint8Array.of(byte));
  }
  writer.end();
  const { reason } = (await outcome) as { reason: { code: string; partial: Uint8Array } };
  expect(reason.code).toBe('ERR_PIPE_UNEXPECTED_END');
  expect([...reason.partial]).toEqual([...patterned(20)]);
});

test('more bytes than the pipe may hold: a failure is thrown as it is', async () => {
  for (const thrown of anyReasons) {
    const { writer, reader } = openPipe({ highWaterMark: 8, maxBuffered: 8 });
    const outcome = outcomeOf(readExactly(reader, 100));
    await quiet();
    writer.write(patterned(5));
    await quiet();
    writer.fail(thrown);
    expect(await outcome).toEqual({ reason: thrown });
  }
});

test('more bytes than the pipe may hold: a signal in between cancels, since bytes are out already', async () => {
  const told: unknown[] = [];
  const source = { cancel: (reason: unknown) => told.push(reason) };
  const { writer, reader } = openPipe({ highWaterMark: 8, maxBuffered: 8, source });
  const controller = new AbortController();
  const outcome = outcomeOf(readExactly(reader, 100, { signal: controller.signal }));
  await quiet();
  writer.write(patterned(5));
  await quiet();
  const reason = new Error('enough');
  controller.abort(reason);
  expect(((await outcome) as { reason: unknown }).reason).toBe(reason);
  expect(told).toEqual([reason]);
});

test('more bytes than the pipe may hold: a signal before the first byte costs nothing', async () => {
  const { writer, reader } = openPipe({ highWaterMark: 8, maxBuffered: 8 });
  const controller = new AbortController();
  const outcome = outcomeOf(readExactly(reader, 100, { signal: controller.signal }));
  await quiet();
  controller.abort();
  expect(await outcome).toHaveProperty('reason');
  writer.write(utf8('a'));
  expect(await reader.read()).toEqual(utf8('a'));
});

test('a pipe that failed by overflow is not mistaken for a wait that is too long', async () => {
  const { writer, reader } = openPipe({ highWaterMark: 4, maxBuffered: 4 });
  writer.write(patterned(4));
  writer.write(patterned(4));
  await reader.read();
  expect(await outcomeOf(readExactly(reader, 2))).toMatchObject({ reason: { code: 'ERR_PIPE_OVERFLOW' } });
});
