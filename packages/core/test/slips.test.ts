import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import * as core from '../src/index.ts';
import * as node from '../src/node.ts';
import * as web from '../src/web.ts';
import { arrayStrategy } from './array-strategy.ts';

/** What JavaScript lets through: anything for anything. */
type Loose = Record<string, (...given: unknown[]) => unknown>;
const loose: Loose = { ...core, ...node, ...web } as unknown as Loose;

/** A pipe with a body of three bytes, as JavaScript sees it. */
function whole(): { reader: Loose; writer: Loose } {
  const { reader, writer } = core.createPipe(arrayStrategy);
  writer.write(Uint8Array.of(1, 2, 3));
  writer.end();
  return { reader, writer } as unknown as { reader: Loose; writer: Loose };
}

/** What a call throws or rejects with. */
async function refusalOf(call: () => unknown): Promise<unknown> {
  try {
    return await call();
  } catch (reason) {
    return reason;
  }
}

const refusedWith = (message: string): unknown =>
  expect.objectContaining({ name: 'PipeError', code: 'ERR_PIPE_ARGUMENT', message });

/** What is given behind the reader, where a call needs more. */
const behind: Readonly<Record<string, readonly unknown[]>> = {
  readExactly: [2],
  readUntil: ['\n'],
  tee: [2, { strategy: arrayStrategy }],
  withIdleTimeout: [{ idleTimeoutMs: 1000 }],
};

describe.each([
  'text',
  'json',
  'bytes',
  'arrayBuffer',
  'blob',
  'batches',
  'readExactly',
  'readUntil',
  'tee',
  'pipeTo',
  'withIdleTimeout',
  'toReadableStream',
  'toNodeReadable',
  'sendBody',
])('%s()', (name) => {
  test.each([
    ['a pipe', whole(), 'an object of type Object', ': give its reader'],
    ['a writer', whole().writer, 'an object of type Writer', ''],
    ['nothing', undefined, 'undefined', ''],
    [
      'a ReadableStream',
      new ReadableStream(),
      'an object of type ReadableStream',
      ': fromReadableStream() makes one of it',
    ],
    [
      'a stream of Node',
      Readable.from([]),
      'an object of type Readable',
      ': fromAsyncIterable() makes one of it',
    ],
  ])('says at once that %s is no reader', async (_, given, described, hint) => {
    const message = `what ${name}() reads is ${described}; it must be a PipeReader${hint}`;
    const more = behind[name] ?? [];
    expect(await refusalOf(() => loose[name]?.(given, ...more))).toEqual(refusedWith(message));
  });
});

describe('what is written to', () => {
  test.each(['toWritableStream', 'toNodeWritable'])('is no pipe for %s()', async (name) => {
    expect(await refusalOf(() => loose[name]?.(whole()))).toEqual(
      refusedWith(
        `what ${name}() writes to is an object of type Object; it must be a PipeWriter: give its writer`,
      ),
    );
  });

  test.each([
    [whole(), 'an object of type Object', ': give its writer'],
    [new TransformStream(), 'an object of type TransformStream', ': give its writable'],
    [process.stdout, `an object of type ${process.stdout.constructor.name}`, ''],
    [undefined, 'undefined', ''],
  ])('is a PipeWriter or a WritableStream for pipeTo()', async (given, described, hint) => {
    const { reader } = whole();
    expect(await refusalOf(() => loose['pipeTo']?.(reader, given))).toEqual(
      refusedWith(
        `what pipeTo() writes to is ${described}; it must be a PipeWriter or a WritableStream${hint}`,
      ),
    );
    expect(reader['size']).toBe(3);
  });

  test('is a Writable of Node for sendBody()', async () => {
    expect(await refusalOf(() => loose['sendBody']?.(whole().reader, new WritableStream()))).toEqual(
      refusedWith(
        'what sendBody() sends to is an object of type WritableStream; it must be a Writable of Node',
      ),
    );
  });
});

test.each([
  ['fromReadableStream', new Response('x'), 'an object of type Response', 'a ReadableStream'],
  ['fromReadableStream', null, 'null', 'a ReadableStream'],
  ['fromNodeReadable', new ReadableStream(), 'an object of type ReadableStream', 'a Readable of Node'],
  ['fromAsyncIterable', 5, '5', 'an iterable of chunks'],
  ['fromAsyncIterable', undefined, 'undefined', 'an iterable of chunks'],
])('%s() refuses %s, which it cannot read', async (name, given, described, wanted) => {
  expect(await refusalOf(() => loose[name]?.(given, arrayStrategy))).toEqual(
    refusedWith(`what ${name}() reads is ${described}; it must be ${wanted}`),
  );
});

describe('a reader', () => {
  test.each([
    ['read', [5]],
    ['read', [null]],
    ['readInto', [new Uint8Array(3), 5]],
    ['peek', [1, null]],
  ])('refuses other options of %s() than objects: %j', async (name, given) => {
    const { reader } = whole();
    const message = `the options of ${name}() are ${String(given.at(-1))}, no object`;
    expect(await refusalOf(() => reader[name]?.(...given))).toEqual(refusedWith(message));
    expect(reader['size']).toBe(3);
  });
});

describe('a signal that is none', () => {
  const message = 'signal is an object of type AbortController; it must be an AbortSignal';
  const options = { signal: new AbortController() };

  test.each<[string, () => unknown]>([
    ['createPipe()', () => loose['createPipe']?.(arrayStrategy, options)],
    ['read() of what is there', () => whole().reader['read']?.(options)],
    [
      'peek() of what is not',
      () => (core.createPipe(arrayStrategy).reader as unknown as Loose)['peek']?.(1, options),
    ],
    ['text()', () => loose['text']?.(whole().reader, options)],
    ['pipeTo()', () => loose['pipeTo']?.(whole().reader, core.createPipe(arrayStrategy).writer, options)],
  ])('is refused by %s', async (_, call) => {
    expect(await refusalOf(call)).toEqual(refusedWith(message));
  });
});

test.each([
  [() => {}, 'source is a function; it must be an object with hooks'],
  [null, 'source is null; it must be an object with hooks'],
  [{ pause: true }, 'source.pause is true; it must be a function'],
  [{ resume: 'on' }, 'source.resume is "on"; it must be a function'],
  [{ cancel: {} }, 'source.cancel is an object of type Object; it must be a function'],
])('a pipe refuses hooks that cannot be called', async (source, message) => {
  expect(await refusalOf(() => loose['createPipe']?.(arrayStrategy, { source }))).toEqual(
    refusedWith(message),
  );
});

describe('end()', () => {
  test.each([
    [Uint8Array.of(4), 'end() was given a Uint8Array of 1; write() it before'],
    ['rest', 'end() was given "rest"; write() it before'],
  ])('writes nothing, and so refuses bytes', async (chunk, message) => {
    const { writer, reader } = core.createPipe(arrayStrategy);
    expect(await refusalOf(() => (writer as unknown as Loose)['end']?.(chunk))).toEqual(refusedWith(message));
    expect(reader.tryRead()).toBeUndefined();
  });

  test('overlooks what an event says that it listens to', () => {
    const { writer, reader } = core.createPipe(arrayStrategy);
    (writer as unknown as Loose)['end']?.(false);
    expect(reader.tryRead()).toBeNull();
  });
});

test('withIdleTimeout() refuses a side that there is none of', async () => {
  const given = [whole().reader, { idleTimeoutMs: 1000, side: 'reader' }];
  expect(await refusalOf(() => loose['withIdleTimeout']?.(...given))).toEqual(
    refusedWith('side is "reader"; it must be "producer", "consumer" or "both"'),
  );
});
