import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { arrayBuffer } from '../../src/consume/array-buffer.ts';
import { blob } from '../../src/consume/blob.ts';
import { bytes, collect, type BytesOptions } from '../../src/consume/bytes.ts';
import { json } from '../../src/consume/json.ts';
import { text } from '../../src/consume/text.ts';
import { withIdleTimeout } from '../../src/consume/with-idle-timeout.ts';
import { createPipe } from '../../src/pipe.ts';
import type { PipeReader } from '../../src/pipe-reader.ts';
import { arrayStrategy, fixedArrayStrategy, passingStrategy } from '../array-strategy.ts';
import { seeded } from '../seeded.ts';
import {
  anyReasons,
  cut,
  endedBody,
  failedBody,
  openPipe,
  outcomeOf,
  patterned,
  quiet,
  utf8,
} from './bodies.ts';

const collectors: Record<string, (reader: PipeReader, options?: BytesOptions) => Promise<unknown>> = {
  bytes,
  text,
  json,
  arrayBuffer,
  blob,
};

describe('bytes', () => {
  test('a body is the same whatever chunks it came in', async () => {
    const body = patterned(5_000);
    for (const size of [1, 7, 1023, 1024, 1025, 4095, 4096, 4097, 4_999, 5_000]) {
      expect(Buffer.from(body).equals(await bytes(endedBody(...cut(body, size))))).toBe(true);
    }
  });

  test('an empty body is an empty array', async () => {
    expect(await bytes(endedBody())).toEqual(new Uint8Array(0));
  });

  test('what was read before is not part of it', async () => {
    const reader = endedBody('head', 'body');
    await reader.read({ min: 4, max: 4 });
    expect(await bytes(reader)).toEqual(utf8('body'));
  });

  test('a hint about the length may be exact, short, long or absurd', async () => {
    const body = patterned(1_500);
    for (const expectedBytes of [0, 1, 1_499, 1_500, 1_501, 2 ** 40, Infinity]) {
      for (const size of [1, 100, 1_100]) {
        const collected = await bytes(endedBody(...cut(body, size)), { expectedBytes });
        expect(Buffer.from(body).equals(collected)).toBe(true);
      }
    }
  });

  test('a hint saves the joining', async () => {
    const chunks = cut(patterned(9_000), 3_000);
    expect((await collect(endedBody(...chunks), {})).parts()).toHaveLength(3);
    expect((await collect(endedBody(...chunks), { expectedBytes: 9_000 })).parts()).toHaveLength(1);
  });

  test('bytes that come one by one are taken as they come', async () => {
    const { writer, reader } = openPipe();
    const collected = bytes(reader);
    for (const chunk of cut(patterned(300), 1)) {
      writer.write(chunk);
      await quiet();
    }
    expect(reader.size).toBe(0);
    writer.end();
    expect(await collected).toEqual(patterned(300));
  });
});

describe.each([
  ['keeps them', passingStrategy],
  ['copies them', arrayStrategy],
])('long chunks, in a pipe whose store %s', (_, strategy) => {
  test('are taken in the step that brings them, and nobody is told to pause', async () => {
    const told: string[] = [];
    const source = { pause: () => told.push('pause'), resume: () => told.push('resume') };
    const { writer, reader } = createPipe(strategy, { highWaterMark: 4096, source });
    const collected = bytes(reader);
    await quiet();
    const body = patterned(40_000);
    for (const chunk of cut(body, 2000)) {
      expect(writer.write(new Uint8Array(chunk))).toBe(true);
      expect(reader.size).toBe(0);
    }
    writer.end();
    expect(Buffer.from(body).equals(await collected)).toBe(true);
    expect(told).toEqual([]);
    expect(await writer.closed).toMatchObject({ outcome: 'ended', written: 40_000, delivered: 40_000 });
  });

  test('join short ones in order, whoever owns them and whenever they come', async () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const random = seeded(seed);
      const { writer, reader } = createPipe(strategy, { highWaterMark: 4096, poison: seed % 5 === 0 });
      const body = patterned(20_000);
      const announced = seed % 3 === 0 ? { expectedBytes: body.length } : {};
      const collected = bytes(
        seed % 4 === 0 ? withIdleTimeout(reader, { idleTimeoutMs: 10_000 }) : reader,
        announced,
      );
      for (let at = 0; at < body.length;) {
        const length = random(3) === 0 ? 1 + random(40) : 900 + random(3000);
        const chunk = new Uint8Array(body.subarray(at, at + length));
        at += chunk.length;
        if (random(2) === 0) writer.write(chunk);
        else writer.writeCopy(chunk);
        if (random(3) === 0) await quiet();
      }
      writer.end();
      expect(Buffer.from(body).equals(await collected), `seed ${seed}`).toBe(true);
    }
  });

  test('are refused past maxBytes like all others, and the source is told', async () => {
    const told: unknown[] = [];
    const { writer, reader } = createPipe(strategy, { source: { cancel: (reason) => told.push(reason) } });
    const outcome = outcomeOf(bytes(reader, { maxBytes: 5000 }));
    await quiet();
    for (const chunk of cut(patterned(6000), 2000)) writer.write(new Uint8Array(chunk));
    const { reason } = (await outcome) as { reason: unknown };
    expect(reason).toMatchObject({ code: 'ERR_PIPE_TOO_LARGE', limit: 5000 });
    expect(told).toEqual([reason]);
    expect(await writer.closed).toMatchObject({
      outcome: 'cancelled',
      reason,
      delivered: 4000,
      discarded: 2000,
    });
  });

  test('are followed by the failure itself, or by what a fired signal says [P3, P13]', async () => {
    for (const how of ['fail', 'abort'] as const) {
      const told: unknown[] = [];
      const controller = new AbortController();
      const { writer, reader } = createPipe(strategy, { source: { cancel: (reason) => told.push(reason) } });
      const outcome = outcomeOf(bytes(reader, { signal: controller.signal }));
      await quiet();
      for (const chunk of cut(patterned(6000), 2000)) writer.write(new Uint8Array(chunk));
      const reason = new Error(how);
      if (how === 'fail') writer.fail(reason);
      else controller.abort(reason);
      expect(((await outcome) as { reason: unknown }).reason).toBe(reason);
      expect(told).toEqual(how === 'fail' ? [] : [reason]);
    }
  });

  test('leave the pipe to nobody else meanwhile [P7]', async () => {
    const { writer, reader } = createPipe(strategy);
    const collected = bytes(reader);
    await quiet();
    writer.write(patterned(2000));
    expect(reader.tryRead()).toBeUndefined();
    expect(await outcomeOf(reader.read())).toMatchObject({ reason: { code: 'ERR_PIPE_BUSY' } });
    writer.end();
    expect(await collected).toEqual(patterned(2000));
  });

  test('leave no listener at the signal [P17]', async () => {
    const { signal } = new AbortController();
    const { writer, reader } = createPipe(strategy);
    const collected = bytes(reader, { signal });
    await quiet();
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    writer.write(patterned(2000));
    writer.end();
    await collected;
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});

test('a long chunk of which a fixed store holds a part at a time is taken as a whole', async () => {
  const { writer, reader } = createPipe(fixedArrayStrategy, { highWaterMark: 4096 });
  const collected = bytes(reader);
  await quiet();
  writer.writeCopy(patterned(10_000));
  expect(reader.size).toBe(0);
  writer.end();
  expect(Buffer.from(patterned(10_000)).equals(await collected)).toBe(true);
});

describe('arrayBuffer and blob', () => {
  test('an ArrayBuffer holds the body and nothing else', async () => {
    expect(new Uint8Array(await arrayBuffer(endedBody('ab', 'cd')))).toEqual(utf8('abcd'));
  });

  test('a blob has the body and the type it was given', async () => {
    const whole = await blob(endedBody('ab', 'cd'), { type: 'text/plain' });
    expect([await whole.text(), whole.type]).toEqual(['abcd', 'text/plain']);
  });

  test('a blob without a type has none', async () => {
    expect((await blob(endedBody('ab'))).type).toBe('');
  });
});

describe.each(Object.entries(collectors))('%s', (_name, collect) => {
  test.each(anyReasons.map((reason) => [reason]))(
    'a body that fails with %o rejects with it',
    async (reason) => {
      expect(await outcomeOf(collect(failedBody(reason, '[1,', '2]')))).toEqual({ reason });
      expect(await outcomeOf(collect(failedBody(reason)))).toEqual({ reason });
    },
  );

  test('a body that fails while it is waited for rejects with the reason itself', async () => {
    const reason = new Error('reset');
    const { writer, reader } = openPipe();
    const outcome = outcomeOf(collect(reader));
    await quiet();
    writer.write(utf8('[1'));
    await quiet();
    writer.fail(reason);
    expect(((await outcome) as { reason: unknown }).reason).toBe(reason);
  });

  test('a body of exactly maxBytes is accepted', async () => {
    expect(await outcomeOf(collect(endedBody('[1,', '23]'), { maxBytes: 6 }))).toHaveProperty('value');
  });

  test('one byte over maxBytes cancels the source and rejects, both with the same error', async () => {
    const told: unknown[] = [];
    const { writer, reader } = openPipe({ source: { cancel: (reason) => told.push(reason) } });
    const outcome = outcomeOf(collect(reader, { maxBytes: 6 }));
    writer.write(utf8('[1,23'));
    await quiet();
    expect(told).toEqual([]);
    writer.write(utf8(']]'));
    const { reason } = (await outcome) as { reason: unknown };
    expect(reason).toMatchObject({ code: 'ERR_PIPE_TOO_LARGE', limit: 6 });
    expect(told).toEqual([reason]);
    expect((await writer.closed).reason).toBe(reason);
  });

  test('a body over maxBytes that has ended is refused too', async () => {
    expect(await outcomeOf(collect(endedBody('[1,2,3]'), { maxBytes: 6 }))).toMatchObject({
      reason: { code: 'ERR_PIPE_TOO_LARGE' },
    });
  });

  test.each([-1, 1.5, Number.NaN, '5' as unknown as number])(
    'maxBytes of %o is refused, the pipe left alone',
    async (maxBytes) => {
      const reader = endedBody('[1]');
      expect(await outcomeOf(collect(reader, { maxBytes }))).toMatchObject({
        reason: { code: 'ERR_PIPE_ARGUMENT' },
      });
      expect(reader.size).toBe(3);
    },
  );

  test('a signal that fires while it waits cancels the source and rejects, both with its reason', async () => {
    const told: unknown[] = [];
    const { reader } = openPipe({ source: { cancel: (reason) => told.push(reason) } });
    const controller = new AbortController();
    const outcome = outcomeOf(collect(reader, { signal: controller.signal }));
    await quiet();
    const reason = new Error('enough');
    controller.abort(reason);
    expect(((await outcome) as { reason: unknown }).reason).toBe(reason);
    expect(told).toEqual([reason]);
  });

  test('a signal that has fired before cancels even a body that is there', async () => {
    const reason = new Error('enough');
    const { writer, reader } = openPipe();
    writer.write(utf8('[1]'));
    const outcome = await outcomeOf(collect(reader, { signal: AbortSignal.abort(reason) }));
    expect((outcome as { reason: unknown }).reason).toBe(reason);
    expect(await writer.closed).toMatchObject({ outcome: 'cancelled', discarded: 3 });
  });

  test('a pipe that somebody else is reading is left to them', async () => {
    const { writer, reader } = openPipe();
    const theirs = reader.read();
    expect(await outcomeOf(collect(reader))).toMatchObject({ reason: { code: 'ERR_PIPE_BUSY' } });
    writer.write(utf8('x'));
    expect(await theirs).toEqual(utf8('x'));
  });
});
