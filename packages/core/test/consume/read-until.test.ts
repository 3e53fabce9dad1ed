import { describe, expect, test } from 'vitest';
import { DelimiterSearch } from '../../src/consume/delimiter-search.ts';
import { readUntil } from '../../src/consume/read-until.ts';
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

describe('readUntil', () => {
  test('the bytes before the delimiter come, those behind it stay, wherever the chunks are cut', async () => {
    const body = utf8('GET / HTTP/1.1\r\nHost: a\r\n\r\nbody');
    for (let size = 1; size <= body.length; size += 1) {
      const reader = endedBody(...cut(body, size));
      expect(ascii(await readUntil(reader, '\r\n'))).toBe('GET / HTTP/1.1');
      expect(ascii(await readUntil(reader, '\r\n'))).toBe('Host: a');
      expect(ascii(await readUntil(reader, '\r\n'))).toBe('');
      expect(reader.size).toBe(4);
    }
  });

  test('a delimiter that is split over chunks and waited for is found', async () => {
    const { writer, reader } = openPipe();
    const line = readUntil(reader, '\r\n\r\n');
    for (const piece of ['ab\r', '\n', '\r\ncd\r\n\r', '\nef']) {
      await quiet();
      writer.write(utf8(piece));
    }
    expect(ascii(await line)).toBe('ab');
    expect(ascii(await readUntil(reader, '\r\n\r\n'))).toBe('cd');
    expect(ascii((await reader.read())!)).toBe('ef');
  });

  test('bytes, a number and a string all name a delimiter', async () => {
    for (const delimiter of [Uint8Array.of(0x2c), 0x2c, ',']) {
      expect(ascii(await readUntil(endedBody('a,b'), delimiter))).toBe('a');
    }
    expect(ascii(await readUntil(endedBody('a→b'), '→'))).toBe('a');
  });

  test('the answer has the delimiter with it where that is asked for', async () => {
    const reader = endedBody('a;;b');
    expect(ascii(await readUntil(reader, ';;', { includeDelimiter: true }))).toBe('a;;');
    expect(ascii((await reader.read())!)).toBe('b');
  });

  test('a delimiter that the caller changes while it waits stays what it was', async () => {
    const { writer, reader } = openPipe();
    const delimiter = utf8(';');
    const read = readUntil(reader, delimiter);
    delimiter.fill(0);
    writer.write(utf8('a;'));
    expect(ascii(await read)).toBe('a');
  });

  test('the answer is the caller’s: the pipe goes on without touching it', async () => {
    const { writer, reader } = openPipe();
    writer.write(utf8('first;second;'));
    const first = await readUntil(reader, ';');
    first.fill(0x21);
    expect(ascii(await readUntil(reader, ';'))).toBe('second');
    expect(ascii(first)).toBe('!!!!!');
  });

  test.each([new Uint8Array(0), '', -1, 256, 1.5, null as unknown as number])(
    'a delimiter of %o is refused',
    async (delimiter) => {
      expect(await outcomeOf(readUntil(endedBody('a'), delimiter))).toMatchObject({
        reason: { code: 'ERR_PIPE_ARGUMENT' },
      });
    },
  );

  test('maxBytes counts the delimiter; past it the call alone fails, and nothing is taken', async () => {
    for (const size of [1, 2, 6]) {
      const reader = endedBody(...cut(utf8('abcd\r\n'), size));
      expect(await outcomeOf(readUntil(reader, '\r\n', { maxBytes: 5 }))).toMatchObject({
        reason: { code: 'ERR_PIPE_TOO_LARGE', limit: 5 },
      });
      expect(reader.size).toBe(6);
      expect(ascii(await readUntil(reader, '\r\n', { maxBytes: 6 }))).toBe('abcd');
    }
  });

  test('a delimiter that never comes is given up at maxBytes, without waiting for more', async () => {
    const { writer, reader } = openPipe();
    const outcome = outcomeOf(readUntil(reader, ';', { maxBytes: 5 }));
    writer.write(utf8('abcd'));
    await quiet();
    writer.write(utf8('e'));
    expect(await outcome).toMatchObject({ reason: { code: 'ERR_PIPE_TOO_LARGE' } });
  });

  test('a limit above what the pipe may hold fails the call alone when it comes to that', async () => {
    const { writer, reader } = openPipe({ highWaterMark: 8, maxBuffered: 8 });
    const outcome = outcomeOf(readUntil(reader, ';'));
    writer.write(utf8('12345678'));
    expect(await outcome).toMatchObject({ reason: { code: 'ERR_PIPE_OVERFLOW' } });
    expect(ascii((await reader.read())!)).toBe('12345678');
  });

  test('an end that comes first rejects with the bytes there were', async () => {
    for (const body of [endedBody('a', 'b\r'), endedBody('ab\r')]) {
      const { reason } = (await outcomeOf(readUntil(body, '\r\n'))) as { reason: { partial: Uint8Array } };
      expect(reason).toMatchObject({ code: 'ERR_PIPE_UNEXPECTED_END' });
      expect(ascii(reason.partial)).toBe('ab\r');
      expect(await body.read()).toBe(null);
    }
    expect(await outcomeOf(readUntil(endedBody(), ';'))).toMatchObject({
      reason: { code: 'ERR_PIPE_UNEXPECTED_END', partial: new Uint8Array(0) },
    });
  });

  test.each(anyReasons.map((reason) => [reason]))('a failure with %o is thrown as it is', async (reason) => {
    expect(await outcomeOf(readUntil(failedBody(reason, 'ab'), ';'))).toEqual({ reason });
    expect(await outcomeOf(readUntil(failedBody(reason), ';'))).toEqual({ reason });
    expect(await readUntil(failedBody(reason, 'ab;'), ';')).toEqual(utf8('ab'));
  });

  test('a signal that fires loses no byte', async () => {
    const { writer, reader } = openPipe();
    const controller = new AbortController();
    const outcome = outcomeOf(readUntil(reader, ';', { signal: controller.signal }));
    writer.write(utf8('ab'));
    await quiet();
    const reason = new Error('enough');
    controller.abort(reason);
    expect(((await outcome) as { reason: unknown }).reason).toBe(reason);
    writer.write(utf8('c;'));
    expect(ascii(await readUntil(reader, ';'))).toBe('abc');
  });
});

describe('DelimiterSearch', () => {
  test('finds what indexOf finds, in views that grow in any steps', () => {
    const wrong: string[] = [];
    // Two letters and short words: every kind of overlap comes up.
    const words = (length: number): string[] =>
      length === 0 ? [''] : words(length - 1).flatMap((word) => [`${word}a`, `${word}b`]);
    for (const delimiter of [...words(1), ...words(2), ...words(3), ...words(4)]) {
      for (const body of words(7)) {
        const at = body.indexOf(delimiter);
        const expected = at === -1 ? 0 : at + delimiter.length;
        for (const step of [1, 2, 7]) {
          const search = new DelimiterSearch(utf8(delimiter));
          let found = 0;
          for (let end = step; found === 0 && end - step < body.length; end += step) {
            found = search.endIn(utf8(body.slice(0, end)));
          }
          if (found !== expected) wrong.push(`${delimiter} in ${body} by ${step}: ${found}, not ${expected}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test('looks no further than the limit', () => {
    expect(new DelimiterSearch(utf8('b')).endIn(utf8('aab'), 2)).toBe(0);
    expect(new DelimiterSearch(utf8('b')).endIn(utf8('aab'), 3)).toBe(3);
  });

  test('looks at each byte once, however much of the delimiter the body repeats', () => {
    let looks = 0;
    const counted = (bytes: Uint8Array): Uint8Array =>
      new Proxy(bytes, {
        get(target, key) {
          if (typeof key === 'string' && /^\d+$/.test(key)) looks += 1;
          const value: unknown = Reflect.get(target, key, target);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    const body = new Uint8Array(2_000).fill(97);
    const search = new DelimiterSearch(utf8(`${'a'.repeat(70)}b`));
    for (let end = 1; end <= body.length; end += 1) search.endIn(counted(body.subarray(0, end)));
    expect(looks).toBeLessThan(4 * body.length);
  });
});

test('a patterned body splits at each delimiter into the same pieces as a plain split', async () => {
  const body = patterned(2_000);
  const reader = endedBody(...cut(body, 37));
  const pieces: number[][] = [];
  for (;;) {
    const piece = await readUntil(reader, 250).catch(() => null);
    if (piece === null) break;
    pieces.push([...piece]);
  }
  const expected = ascii(body)
    .split(ascii(Uint8Array.of(250)))
    .slice(0, -1);
  expect(pieces.map((piece) => ascii(Uint8Array.from(piece)))).toEqual(expected);
});
