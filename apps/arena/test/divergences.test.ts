import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { ReadableStream } from 'node:stream/web';
import { Repeater } from '@repeaterjs/repeater';
import type { Push, Stop } from '@repeaterjs/repeater';
import { EventIterator } from 'event-iterator';
import { queuelessPushable } from 'it-queueless-pushable';
import { describe, expect, test } from 'vitest';

/**
 * The evidence behind docs/scoreboard.md: each divergence in the library itself, without our adapter and without
 * the suite. When a library changes, the test that fails says which line of the page is out of date.
 */

type Next = Promise<IteratorResult<Uint8Array, unknown>>;

const byte = (value: number): Uint8Array => Uint8Array.of(value);

/** Lets everything happen that happens by itself. */
async function quiet(): Promise<void> {
  for (let macrotask = 0; macrotask < 8; macrotask += 1) await setImmediate();
}

/** Writes down in which order calls settle, and how. */
function watch(...calls: readonly Next[]): { readonly log: string[]; readonly add: (call: Next) => void } {
  const log: string[] = [];
  let count = 0;
  const add = (call: Next): void => {
    const name = (count += 1);
    call.then(
      ({ done }) => log.push(`${name} ${done === true ? 'done' : 'bytes'}`),
      () => log.push(`${name} rejected`),
    );
  };
  for (const call of calls) add(call);
  return { log, add };
}

function codeOf(action: () => void): unknown {
  try {
    action();
    return undefined;
  } catch (error) {
    return (error as { readonly code?: unknown }).code;
  }
}

describe.each([
  ['web-readable', undefined],
  ['web-readable-bytes', 'bytes' as const],
])('%s', (id, type) => {
  function open() {
    let controller!: { enqueue(chunk: Uint8Array): void; close(): void; error(reason: unknown): void };
    const source = { start: (given: unknown) => void (controller = given as typeof controller) };
    const stream = type === undefined ? new ReadableStream(source) : new ReadableStream({ ...source, type });
    return { controller, iterator: stream.values() as AsyncIterableIterator<Uint8Array> };
  }

  test(`[${id} P6] failing it while two calls of next() wait throws an internal error and leaves one waiting`, async () => {
    const { controller, iterator } = open();
    const { log, add } = watch(iterator.next(), iterator.next());
    await quiet();
    controller.enqueue(byte(1));
    await quiet();
    add(iterator.next());
    await quiet();
    expect(codeOf(() => controller.error(new Error('failed')))).toBe('ERR_INTERNAL_ASSERTION');
    await quiet();
    expect(log).toHaveLength(2);
    expect(log[0]).toBe('1 bytes');
  });

  test(`[${id} P7] a later next() is answered by the end before an earlier one`, async () => {
    const { controller, iterator } = open();
    const { log, add } = watch(iterator.next(), iterator.next());
    await quiet();
    controller.enqueue(byte(1));
    await quiet();
    add(iterator.next());
    await quiet();
    codeOf(() => controller.close());
    await quiet();
    expect(log).toEqual(['1 bytes', '3 done']);
  });
});

describe('web-transform', () => {
  /** Node throws in a job of its own here, so the process that shows it has to be another one. */
  function inAnotherProcess(end: string): {
    readonly log: readonly string[];
    readonly codes: readonly string[];
  } {
    const script = `
      const codes = [], log = [];
      process.on('uncaughtException', ({ code }) => codes.push(code));
      process.on('unhandledRejection', ({ code }) => codes.push(code));
      const quiet = async () => { for (let i = 0; i < 8; i += 1) await new Promise((done) => setImmediate(done)); };
      const { readable, writable } = new TransformStream();
      const writer = writable.getWriter();
      const iterator = readable.values();
      let count = 0;
      const next = () => {
        const name = (count += 1);
        iterator.next().then(({ done }) => log.push(name + (done ? ' done' : ' bytes')), () => log.push(name + ' rejected'));
      };
      next(); next();
      await quiet();
      writer.write(Uint8Array.of(1)).catch(() => undefined);
      await quiet();
      next();
      await quiet();
      writer.${end}.catch(() => undefined);
      writer.closed.catch(() => undefined);
      await quiet();
      console.log(JSON.stringify({ log, codes }));`;
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
      encoding: 'utf8',
    });
    return JSON.parse(output) as ReturnType<typeof inAnotherProcess>;
  }

  test('[web-transform P6] failing it while two calls of next() wait leaves one waiting', () => {
    const { log } = inAnotherProcess('abort(new Error())');
    expect(log).toHaveLength(2);
    expect(log[0]).toBe('1 bytes');
  });

  test('[web-transform P7] a later next() is answered by the end before an earlier one', () => {
    expect(inAnotherProcess('close()').log).toEqual(['1 bytes', '3 done']);
  });
});

describe('it-queueless-pushable', () => {
  test('[it-queueless-pushable P6] the second next() after the end waits for ever', async () => {
    const pushable = queuelessPushable<Uint8Array>();
    pushable.end().catch(() => undefined);
    const { log } = watch(pushable.next());
    await quiet();
    expect(log).toEqual(['1 done']);
    const again = watch(pushable.next());
    await quiet();
    expect(again.log).toEqual([]);
  });

  test('[it-queueless-pushable P7] the second of two waiting calls of next() rejects', async () => {
    const pushable = queuelessPushable<Uint8Array>();
    const { log } = watch(pushable.next(), pushable.next());
    pushable.push(byte(1)).catch(() => undefined);
    await quiet();
    expect(log).toEqual(['1 bytes', '2 rejected']);
  });
});

test('[repeater P7] the later of two calls of next() gets the error, before the earlier one reads done', async () => {
  let push!: Push<Uint8Array>;
  let stop!: Stop;
  const repeater = new Repeater<Uint8Array>(async (givenPush, givenStop) => {
    [push, stop] = [givenPush, givenStop];
    await givenStop;
  });
  const { log, add } = watch(repeater.next());
  void push(byte(1));
  await quiet();
  add(repeater.next());
  stop(new Error('failed'));
  add(repeater.next());
  await quiet();
  expect(log).toEqual(['1 bytes', '3 rejected', '2 done']);

  // What its documentation compares it with.
  async function* generator(): AsyncGenerator<Uint8Array> {
    yield byte(1);
    throw new Error('failed');
  }
  const other = generator();
  const ofGenerator = watch(other.next(), other.next(), other.next());
  await quiet();
  expect(ofGenerator.log).toEqual(['1 bytes', '2 rejected', '3 done']);
});

describe('event-iterator', () => {
  test('[event-iterator P6] a next() that waits when return() is called is never settled', async () => {
    const iterator = new EventIterator<Uint8Array>(() => undefined)[Symbol.asyncIterator]();
    const { log, add } = watch(iterator.next());
    add(iterator.return?.() as Next);
    await quiet();
    expect(log).toEqual(['2 done']);
  });

  test('[event-iterator P13] a second return() runs the clean-up handler again', async () => {
    let cleaned = 0;
    const iterator = new EventIterator<Uint8Array>(() => () => void (cleaned += 1))[Symbol.asyncIterator]();
    await iterator.return?.();
    await iterator.return?.();
    await quiet();
    expect(cleaned).toBe(2);
  });
});

describe('node-stream-iter', () => {
  const node26 = process.env['ARENA_NODE_26'] ?? '';
  const script = `
    const { push } = await import('node:stream/iter');
    const { writer, readable } = push();
    writer.writeSync(Uint8Array.of(1));
    writer.end().catch(() => undefined);
    const log = ['canWrite ' + writer.canWrite];
    writer.fail(new Error('late'));
    const iterator = readable[Symbol.asyncIterator]();
    for (let i = 0; i < 2; i += 1)
      await iterator.next().then(({ done }) => log.push(done ? 'done' : 'bytes'), (error) => log.push(error.message));
    console.log(JSON.stringify(log));`;

  test.runIf(existsSync(node26))(
    '[node-stream-iter P4] a fail() after end() turns the end into a failure',
    () => {
      const flags = ['--no-warnings', '--experimental-stream-iter', '--input-type=module', '--eval', script];
      const output = execFileSync(node26, flags, { encoding: 'utf8' });
      expect(JSON.parse(output)).toEqual(['canWrite null', 'bytes', 'late']);
    },
  );
});
