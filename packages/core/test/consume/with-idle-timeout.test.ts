import { describe, expect, test } from 'vitest';
import { bytes } from '../../src/consume/bytes.ts';
import { runtimeTimers, type Timers } from '../../src/consume/timers.ts';
import { withIdleTimeout, type IdleTimeoutOptions } from '../../src/consume/with-idle-timeout.ts';
import type { PipeOptions } from '../../src/options.ts';
import type { PipeReader } from '../../src/pipe-reader.ts';
import { anyReasons, ascii, openPipe, outcomeOf, quiet, utf8, writeAll } from './bodies.ts';

/** A clock that goes only when it is told to. */
class HandClock implements Timers {
  #now = 0;
  #handles = 0;
  readonly running = new Map<number, { at: number; callback: () => void }>();

  now(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, delayMs: number): number {
    this.#handles += 1;
    this.running.set(this.#handles, { at: this.#now + delayMs, callback });
    return this.#handles;
  }

  clearTimeout(handle: unknown): void {
    this.running.delete(handle as number);
  }

  /** Goes on by `ms`, ringing what is due in between, in order. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await quiet();
      const due = [...this.running].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (due === undefined) break;
      const [handle, { at, callback }] = due;
      this.running.delete(handle);
      this.#now = at;
      callback();
    }
    this.#now = end;
    await quiet();
  }
}

function timedPipe(options: Partial<IdleTimeoutOptions> = {}, pipeOptions: PipeOptions = {}) {
  const clock = new HandClock();
  const told: unknown[] = [];
  const pipe = openPipe({ ...pipeOptions, source: { cancel: (reason) => told.push(reason) } });
  const reader = withIdleTimeout(pipe.reader, { idleTimeoutMs: 100, timers: clock, ...options });
  return { clock, told, reader, inner: pipe.reader, writer: pipe.writer };
}

/** Every way to wait for a byte. */
const waits: Record<string, (reader: PipeReader) => Promise<unknown>> = {
  read: (reader) => reader.read(),
  'read for many': (reader) => reader.read({ min: 5 }),
  readInto: (reader) => reader.readInto(new Uint8Array(8)),
  peek: (reader) => reader.peek(),
  values: (reader) => reader.values().next(),
  views: (reader) => reader.views().next(),
  'for await': async (reader) => {
    for await (const chunk of reader) return chunk;
    return null;
  },
  bytes: (reader) => bytes(reader),
};

describe.each(Object.entries(waits))('%s', (_name, wait) => {
  test('a producer that sends nothing for the limit fails the wait and is told, with the same error', async () => {
    const { clock, told, reader } = timedPipe();
    const outcome = outcomeOf(wait(reader));
    await clock.pass(99);
    expect(told).toEqual([]);
    await clock.pass(1);
    const { reason } = (await outcome) as { reason: unknown };
    expect(reason).toMatchObject({ code: 'ERR_PIPE_TIMEOUT', side: 'producer' });
    expect(told).toEqual([reason]);
    expect(await outcomeOf(reader.read())).toEqual({ reason });
    expect(clock.running.size).toBe(0);
  });

  test('the wait counts from when it began, not from when the pipe was made', async () => {
    const { clock, told, reader } = timedPipe();
    await clock.pass(90);
    const outcome = outcomeOf(wait(reader));
    await clock.pass(99);
    expect(told).toEqual([]);
    await clock.pass(1);
    expect(told).toHaveLength(1);
    await outcome;
  });

  test('a producer that is never idle for the limit is left alone, however long it takes', async () => {
    const { clock, told, reader, writer } = timedPipe({ side: 'producer' });
    const outcome = outcomeOf(wait(reader));
    for (let byte = 0; byte < 5; byte += 1) {
      await clock.pass(60);
      writer.write(utf8('x'));
    }
    writer.end();
    expect(await outcome).toHaveProperty('value');
    expect(told).not.toContainEqual(expect.objectContaining({ code: 'ERR_PIPE_TIMEOUT' }));
  });

  test('a consumer that is not watched may wait for ever', async () => {
    const { clock, told, reader, writer } = timedPipe({ side: 'consumer' });
    const outcome = outcomeOf(wait(reader));
    await clock.pass(10_000);
    expect(told).toEqual([]);
    writer.end();
    expect(await outcome).toHaveProperty('value');
  });

  test.each(anyReasons.map((reason) => [reason]))(
    'a failure with %o passes through as it is, and stops the clock',
    async (reason) => {
      const { clock, reader, writer } = timedPipe();
      const outcome = outcomeOf(wait(reader));
      await clock.pass(50);
      writer.fail(reason);
      expect(await outcome).toEqual({ reason });
      expect(clock.running.size).toBe(0);
    },
  );
});

describe('a slow consumer', () => {
  test('bytes that nobody comes for within the limit cancel the pipe, and the source is told why', async () => {
    const { clock, told, reader, writer } = timedPipe();
    writer.write(utf8('abc'));
    await clock.pass(99);
    expect(told).toEqual([]);
    await clock.pass(101);
    expect(told).toMatchObject([{ code: 'ERR_PIPE_TIMEOUT', side: 'consumer' }]);
    expect(await outcomeOf(reader.read())).toEqual({ reason: told[0] });
    expect(await writer.closed).toMatchObject({ outcome: 'cancelled', reason: told[0], discarded: 3 });
  });

  test('with bytes left behind, the limit counts from the last call exactly', async () => {
    const { clock, told, reader, writer } = timedPipe();
    writeAll(writer, ['a', 'b']);
    await clock.pass(60);
    await reader.read();
    await clock.pass(99);
    expect(told).toEqual([]);
    await clock.pass(1);
    expect(told).toMatchObject([{ side: 'consumer' }]);
  });

  test('a limit that has one millisecond left is not over', async () => {
    const { clock, told, reader, writer } = timedPipe();
    writeAll(writer, ['a', 'b']);
    await clock.pass(1);
    await reader.read();
    await clock.pass(99);
    expect(told).toEqual([]);
    await clock.pass(1);
    expect(told).toHaveLength(1);
  });

  test('bytes that come while a timer runs have the whole limit to be come for', async () => {
    const { clock, told, writer } = timedPipe();
    await clock.pass(60);
    writer.write(utf8('a'));
    await clock.pass(99);
    expect(told).toEqual([]);
    await clock.pass(41);
    expect(told).toHaveLength(1);
  });

  test('a consumer with nothing to come for is not slow, however long it stays away', async () => {
    const { clock, told, reader, writer } = timedPipe();
    writer.write(utf8('a'));
    await reader.read();
    await clock.pass(10_000);
    expect(told).toEqual([]);
    writer.write(utf8('b'));
    await clock.pass(99);
    expect(told).toEqual([]);
    expect(ascii((await reader.read())!)).toBe('b');
  });

  test('bytes that come while nobody waits start its clock when they come', async () => {
    const { clock, told, writer } = timedPipe();
    await clock.pass(10_000);
    writer.write(utf8('a'));
    await clock.pass(99);
    expect(told).toEqual([]);
    await clock.pass(1);
    expect(told).toMatchObject([{ side: 'consumer' }]);
  });

  test('time in which nobody waits and nothing is there runs no timer', async () => {
    const { clock, reader, writer } = timedPipe();
    writer.write(utf8('a'));
    await reader.read();
    await clock.pass(1_000);
    expect(clock.running.size).toBe(0);
  });

  test('every call counts as coming, those that never wait included', async () => {
    const { clock, told, reader, writer } = timedPipe();
    writer.write(utf8('abcdefgh'));
    const calls: (() => unknown)[] = [
      () => reader.tryPeek(),
      () => reader.consume(1),
      () => reader.tryRead(1),
      () => reader.read({ max: 1 }),
      () => reader.peek(),
      () => reader.readInto(new Uint8Array(1)),
    ];
    for (const call of calls) {
      await clock.pass(99);
      void call();
    }
    expect(told).toEqual([]);
    await clock.pass(100);
    expect(told).toHaveLength(1);
  });

  test('a view that is lent counts as bytes not come for, and stays sound until then', async () => {
    const { clock, told, reader, writer } = timedPipe();
    writer.write(utf8('abc'));
    const { value } = await reader.views().next();
    await clock.pass(99);
    writer.write(utf8('def'));
    expect([ascii(value as Uint8Array), told]).toEqual(['abc', []]);
    await clock.pass(1);
    expect(told).toMatchObject([{ side: 'consumer' }]);
  });

  test('a view that is lent of the last byte there is counts too', async () => {
    const { clock, told, reader, writer } = timedPipe();
    writer.write(utf8('abc'));
    await reader.views().next();
    await clock.pass(100);
    expect(told).toMatchObject([{ side: 'consumer' }]);
  });

  test('a consumer that keeps a chunk of its own is not slow', async () => {
    const { clock, told, reader, writer } = timedPipe();
    writer.write(utf8('abc'));
    await reader.values().next();
    await clock.pass(10_000);
    expect(told).toEqual([]);
  });

  test('where only the producer is watched, bytes may stay for ever, and no timer runs meanwhile', async () => {
    const { clock, told, reader, writer } = timedPipe({ side: 'producer' });
    expect(clock.running.size).toBe(0);
    writer.write(utf8('a'));
    await clock.pass(10_000);
    expect(told).toEqual([]);
    await reader.read();
    void outcomeOf(reader.read());
    await clock.pass(100);
    expect(told).toMatchObject([{ side: 'producer' }]);
  });

  test('bytes of a body that has ended are not kept for ever either', async () => {
    const { clock, reader, writer } = timedPipe();
    writer.write(utf8('a'));
    writer.end();
    await clock.pass(200);
    expect(await outcomeOf(reader.read())).toMatchObject({
      reason: { code: 'ERR_PIPE_TIMEOUT', side: 'consumer' },
    });
  });
});

describe('a wait for many bytes', () => {
  test('bytes that trickle in keep it alive; when they stop, it fails within twice the limit', async () => {
    const { clock, told, reader, writer } = timedPipe();
    const outcome = outcomeOf(reader.read({ min: 100 }));
    for (let byte = 0; byte < 20; byte += 1) {
      await clock.pass(60);
      writer.write(utf8('x'));
    }
    expect(told).toEqual([]);
    await clock.pass(200);
    expect(told).toMatchObject([{ side: 'producer' }]);
    await outcome;
  });
});

describe('the clock stops', () => {
  test.each<[string, (pipe: ReturnType<typeof timedPipe>) => unknown]>([
    ['the end has been read', async ({ reader, writer }) => (writer.end(), reader.read())],
    ['the end has been seen without waiting', ({ reader, writer }) => (writer.end(), reader.tryRead())],
    [
      'readInto has met the end',
      async ({ reader, writer }) => (writer.end(), reader.readInto(new Uint8Array(1))),
    ],
    ['a loop has run to the end', async ({ reader, writer }) => (writer.end(), bytes(reader))],
    ['the consumer cancels', ({ reader }) => reader.cancel()],
    [
      'the consumer leaves a loop',
      async ({ reader, writer }) => {
        writer.write(utf8('a'));
        for await (const _ of reader) break;
      },
    ],
    ['an iterator is told to throw', ({ reader }) => outcomeOf(reader.values().throw!(new Error('mine')))],
    ['it is disposed of', ({ reader }) => reader[Symbol.asyncDispose]()],
  ])('when %s', async (_name, act) => {
    const pipe = timedPipe();
    expect(pipe.clock.running.size).toBe(1);
    await act(pipe);
    expect(pipe.clock.running.size).toBe(0);
    const before = [...pipe.told];
    await pipe.clock.pass(10_000);
    expect([pipe.clock.running.size, pipe.told]).toEqual([0, before]);
  });

  test('when the source ends while nobody waits and nothing is there', async () => {
    const { clock, reader, writer } = timedPipe();
    await clock.pass(1_000);
    writer.end();
    await clock.pass(1_000);
    expect([clock.running.size, await reader.read()]).toEqual([0, null]);
  });

  test('but not when one loop is left for another consumer', async () => {
    const { clock, told, reader, writer } = timedPipe();
    writer.write(utf8('a'));
    for await (const _ of reader.values({ preventCancel: true })) break;
    void outcomeOf(reader.read());
    await clock.pass(100);
    expect(told).toMatchObject([{ side: 'producer' }]);
  });

  test('and not when a call is refused or given up', async () => {
    const { clock, told, reader } = timedPipe();
    const controller = new AbortController();
    const first = outcomeOf(reader.read({ signal: controller.signal }));
    expect(await outcomeOf(reader.read())).toMatchObject({ reason: { code: 'ERR_PIPE_BUSY' } });
    controller.abort();
    await first;
    expect(await outcomeOf(reader.read({ min: 0 }))).toMatchObject({ reason: { code: 'ERR_PIPE_ARGUMENT' } });
    void outcomeOf(reader.read());
    await clock.pass(100);
    expect(told).toMatchObject([{ side: 'producer' }]);
  });
});

describe('everything else is as it was', () => {
  test('the look-out for bytes is never in a call’s way', async () => {
    const calls: ((reader: PipeReader) => Promise<unknown>)[] = [
      (reader) => reader.read(),
      (reader) => reader.peek(),
      (reader) => reader.values().next(),
      (reader) => Promise.resolve(reader.tryRead()),
    ];
    for (const call of calls) {
      const { clock, reader, writer } = timedPipe();
      await clock.pass(1_000);
      const before = call(reader);
      writer.write(utf8('a'));
      expect(await outcomeOf(before)).toHaveProperty('value');
    }
  });

  test('a look-out that gave way leaves the clock going', async () => {
    const { clock, told, reader } = timedPipe();
    await clock.pass(1_000);
    void outcomeOf(reader.read());
    await clock.pass(100);
    expect(told).toMatchObject([{ side: 'producer' }]);
  });

  test('bytes, sizes and calls in a row pass through', async () => {
    const { reader, writer } = timedPipe();
    const iterator = reader[Symbol.asyncIterator]();
    const both = [iterator.next(), iterator.next()];
    writeAll(writer, ['ab', 'cd', 'ef']);
    expect((await Promise.all(both)).map(({ value }) => ascii(value as Uint8Array))).toEqual(['ab', 'cd']);
    expect(reader.size).toBe(2);
    const target = new Uint8Array(1);
    expect([await reader.readInto(target), ascii(target)]).toEqual([1, 'e']);
    expect(ascii(reader.tryPeek()!)).toBe('f');
    writer.end();
    expect(ascii(await bytes(reader))).toBe('f');
  });

  test('a timeout that strikes when the body has been read does nothing', async () => {
    const { clock, told, reader, writer } = timedPipe();
    writer.write(utf8('a'));
    writer.end();
    await bytes(reader);
    await clock.pass(1_000);
    expect([told, (await writer.closed).outcome]).toEqual([[], 'ended']);
  });

  test('many calls run one timer', async () => {
    const { clock, reader, writer } = timedPipe();
    for (let call = 0; call < 50; call += 1) {
      const read = reader.read();
      writer.write(utf8('a'));
      await read;
      expect(clock.running.size).toBe(1);
    }
  });
});

test.each([0, -1, 1.5, Number.NaN, Infinity, 2_147_483_648])(
  'a limit of %o ms is refused',
  (idleTimeoutMs) => {
    expect(() => withIdleTimeout(openPipe().reader, { idleTimeoutMs })).toThrow(
      expect.objectContaining({ code: 'ERR_PIPE_ARGUMENT', value: idleTimeoutMs }),
    );
  },
);

test('the runtime’s timers do not keep a process alive, and can be cleared', () => {
  const handle = runtimeTimers.setTimeout(() => {}, 60_000) as NodeJS.Timeout;
  expect(handle.hasRef()).toBe(false);
  runtimeTimers.clearTimeout(handle);
});

test('with the runtime’s timers, a wait that is too long is over', async () => {
  const { reader } = openPipe();
  // Timers that do not keep the process alive need something else to, for a moment.
  const keepAlive = setInterval(() => {}, 1_000);
  const outcome = await outcomeOf(withIdleTimeout(reader, { idleTimeoutMs: 1 }).read());
  clearInterval(keepAlive);
  expect(outcome).toMatchObject({ reason: { code: 'ERR_PIPE_TIMEOUT' } });
});
