import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import {
  arrayBuffer,
  batches,
  blob,
  bytes,
  createPipe,
  fromAsyncIterable,
  json,
  loadStrategy,
  pipeTo,
  readExactly,
  readUntil,
  tee,
  text,
  withIdleTimeout,
} from '../src/index.ts';
import { nearNames } from '../src/near-names.ts';
import { fromNodeReadable, sendBody, toNodeWritable } from '../src/node.ts';
import { fromReadableStream, toReadableStream, toWritableStream } from '../src/web.ts';
import { arrayStrategy } from './array-strategy.ts';
import { endedBody, openPipe, outcomeOf } from './consume/bodies.ts';

/** As JavaScript has it, where no type refuses anything. */
const untyped = (options: unknown): never => options as never;

const pipeNames = 'source, highWaterMark, expectedBytes, maxBytes, lowWaterMark, maxBuffered, signal, poison';
const sourcedNames =
  'movesChunks, highWaterMark, expectedBytes, maxBytes, lowWaterMark, maxBuffered, signal, poison';

/** Everything that has options, the options it has, and what it needs of them. */
const calls: [string, (options: never) => unknown, string, object?][] = [
  ['createPipe()', (options) => createPipe(arrayStrategy, options), pipeNames],
  ['bytes()', (options) => bytes(endedBody('a'), options), 'maxBytes, signal, expectedBytes'],
  ['arrayBuffer()', (options) => arrayBuffer(endedBody('a'), options), 'maxBytes, signal, expectedBytes'],
  ['blob()', (options) => blob(endedBody('a'), options), 'maxBytes, signal, expectedBytes, type'],
  ['text()', (options) => text(endedBody('a'), options), 'maxBytes, signal, fatal'],
  ['json()', (options) => json(endedBody('1'), options), 'maxBytes, signal, fatal'],
  ['batches()', (options) => batches(endedBody('a'), options), 'preventCancel'],
  ['values()', (options) => endedBody('a').values(options), 'preventCancel'],
  ['views()', (options) => endedBody('a').views(options), 'preventCancel'],
  ['readExactly()', (options) => readExactly(endedBody('a'), 1, options), 'signal'],
  ['readUntil()', (options) => readUntil(endedBody('a'), 'a', options), 'maxBytes, includeDelimiter, signal'],
  ['tee()', (options) => tee(endedBody('a'), 2, options), 'strategy, maxLag', { strategy: arrayStrategy }],
  [
    'pipeTo()',
    (options) => pipeTo(endedBody('a'), new WritableStream(), options),
    'signal, preventClose, preventAbort, preventCancel',
  ],
  [
    'withIdleTimeout()',
    (options) => withIdleTimeout(endedBody('a'), options),
    'idleTimeoutMs, side, timers',
    { idleTimeoutMs: 5 },
  ],
  ['fromAsyncIterable()', (options) => fromAsyncIterable([], arrayStrategy, options), sourcedNames],
  [
    'fromReadableStream()',
    (options) => fromReadableStream(new ReadableStream(), arrayStrategy, options),
    sourcedNames,
  ],
  [
    'fromNodeReadable()',
    (options) => fromNodeReadable(new PassThrough(), arrayStrategy, options),
    sourcedNames,
  ],
  [
    'toReadableStream()',
    (options) => toReadableStream(endedBody('a'), options),
    'type, autoAllocateChunkSize',
  ],
  ['toWritableStream()', (options) => toWritableStream(openPipe().writer, options), 'movesChunks'],
  ['toNodeWritable()', (options) => toNodeWritable(openPipe().writer, options), 'movesChunks'],
  ['sendBody()', (options) => sendBody(endedBody('a'), new PassThrough(), options), 'beforeEnd'],
  [
    'loadStrategy()',
    (options) => loadStrategy('a', options),
    'import',
    { import: () => Promise.resolve({ default: arrayStrategy }) },
  ],
];

/** What a call makes of options, whether it says so by a throw or a rejection. */
const outcome = (call: (options: never) => unknown, options: object) =>
  outcomeOf((async () => call(untyped(options)))());

describe.each(calls)('%s', (of, call, known, needed = {}) => {
  test('refuses an option that there is none of, and says which there are', async () => {
    expect(await outcome(call, { ...needed, xyz: 5 })).toMatchObject({
      reason: {
        code: 'ERR_PIPE_ARGUMENT',
        message: `${of} has no option xyz; it has ${known}`,
        value: 5,
      },
    });
  });

  test('takes every option that it has, and lets one be that is undefined', async () => {
    const options = Object.fromEntries(known.split(', ').map((name) => [name, undefined]));
    expect(await outcome(call, { ...options, ...needed, xyz: undefined })).toHaveProperty('value');
  });

  test('refuses options that are no object', async () => {
    expect(await outcome(call, untyped(5))).toMatchObject({
      reason: { code: 'ERR_PIPE_ARGUMENT', message: `the options of ${of} are 5, no object` },
    });
  });
});

describe('a pipe', () => {
  test.each([
    [{ highWatermark: 5 }, 'highWatermark; did you mean highWaterMark?'],
    [{ maxbytes: 5, expectedBytes: 5 }, 'maxbytes; did you mean maxBytes?'],
    // A high mark that is missing makes many a low mark wrong.
    [{ highWatermark: 500_000, lowWaterMark: 400_000 }, 'highWatermark; did you mean highWaterMark?'],
    [{ highWaterMark: undefined, highwatermark: 5 }, 'highwatermark; did you mean highWaterMark?'],
  ])('with %o has an option that was meant to be another', (options, message) => {
    expect(() => createPipe(arrayStrategy, untyped(options))).toThrow(
      `createPipe() has no option ${message}`,
    );
  });

  test('takes options that come by inheritance', () => {
    const options = Object.create({ highWaterMark: 5 }) as object;
    expect(createPipe(arrayStrategy, options).writer.desiredSize).toBe(5);
    const wrong = Object.create({ highWatermark: 5 }) as object;
    expect(() => createPipe(arrayStrategy, wrong)).toThrow('has no option highWatermark');
  });
});

describe('names that are near', () => {
  test.each([
    ['metod', ['method']],
    ['methods', ['method']],
    ['mehtod', ['method']],
    ['path', ['path']],
    ['pa', []],
    ['Method', ['method']],
    ['httpMethod', ['method']],
    ['meth', ['method']],
    ['', []],
  ])('to %j are %j', (name, near) => {
    expect(nearNames(name, ['method', 'path', 'headers'])).toEqual(near);
  });
});
