import { EventEmitter, once } from 'node:events';
import { createReadStream } from 'node:fs';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { bytes } from '../src/consume/bytes.ts';
import { fromNodeReadable, toNodeReadable, toNodeWritable } from '../src/node.ts';
import { createPipe } from '../src/pipe.ts';
import { arrayStrategy, passingStrategy } from './array-strategy.ts';
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
} from './consume/bodies.ts';

/** What Node carries as it is, and what it would take for "no error". */
const truthyReasons = anyReasons.filter(Boolean);
const falsyReasons = anyReasons.filter((reason) => !reason);

async function collect(readable: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of readable) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe('toNodeReadable', () => {
  test('every byte arrives, then the end, however it is read', async () => {
    const body = Buffer.from(patterned(1_000));
    const source = () => toNodeReadable(endedBody(...cut(body, 17)));
    expect(body.equals(await collect(source()))).toBe(true);

    const flowing: Buffer[] = [];
    const stream = source().on('data', (chunk: Buffer) => flowing.push(chunk));
    await once(stream, 'end');
    expect(body.equals(Buffer.concat(flowing))).toBe(true);

    const paused: Buffer[] = [];
    const byEvent = source();
    byEvent.on('readable', () => {
      for (
        let chunk = byEvent.read() as Buffer | null;
        chunk !== null;
        chunk = byEvent.read() as Buffer | null
      ) {
        paused.push(chunk);
      }
    });
    await once(byEvent, 'end');
    expect(body.equals(Buffer.concat(paused))).toBe(true);

    const sink = new PassThrough();
    const collected = collect(sink);
    await pipeline(source(), sink);
    expect(body.equals(await collected)).toBe(true);
  });

  test('bytes that come while it waits arrive', async () => {
    const { writer, reader } = openPipe();
    const collected = collect(toNodeReadable(reader));
    for (const piece of ['a', 'bc', 'd']) {
      await quiet();
      writer.write(utf8(piece));
    }
    await quiet();
    writer.end();
    expect(String(await collected)).toBe('abcd');
  });

  test('nothing is read from the pipe before somebody reads the stream, and never ahead of them', async () => {
    const body = endedBody('ab', 'cd', 'ef');
    const stream = toNodeReadable(body);
    await quiet();
    expect(body.size).toBe(6);
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    await quiet();
    expect(body.size).toBeGreaterThanOrEqual(2);
    await iterator.return?.();
  });

  test.each(truthyReasons.map((reason) => [reason]))(
    'a failure with %o destroys it as it is, behind every byte',
    async (reason) => {
      for (const pause of [false, true]) {
        const seen: string[] = [];
        const stream = toNodeReadable(failedBody(reason, 'ab', 'cd', 'ef'));
        const read = async () => {
          for await (const chunk of stream) {
            seen.push(String(chunk));
            if (pause) await quiet();
          }
        };
        expect(await outcomeOf(read())).toEqual({ reason });
        expect(seen.join('')).toBe('abcdef');
      }
    },
  );

  test.each(falsyReasons.map((reason) => [reason]))(
    'a failure with %o is an error all the same, with that as cause',
    async (reason) => {
      const { reason: thrown } = (await outcomeOf(collect(toNodeReadable(failedBody(reason, 'ab'))))) as {
        reason: Error;
      };
      expect(thrown).toBeInstanceOf(Error);
      expect(thrown).toHaveProperty('cause', reason);
    },
  );

  test('a failure right behind bytes that wait in the stream does not discard them', async () => {
    const reason = new Error('reset');
    const stream = toNodeReadable(failedBody(reason, 'ab'));
    stream.read(0);
    await quiet();
    const seen: unknown[] = [];
    stream.on('data', (chunk) => seen.push(String(chunk))).on('error', (error) => seen.push(error));
    await quiet();
    expect(seen).toEqual(['ab', reason]);
  });

  test('a failure while it waits destroys it', async () => {
    const reason = new Error('reset');
    const { writer, reader } = openPipe();
    const collected = outcomeOf(collect(toNodeReadable(reader)));
    await quiet();
    writer.fail(reason);
    expect(((await collected) as { reason: unknown }).reason).toBe(reason);
  });

  test.each([false, true])(
    'destroy(error) cancels the pipe with it (a read waits: %o)',
    async (isReading) => {
      const { writer, reader } = openPipe();
      const stream = toNodeReadable(reader).on('error', () => {});
      if (isReading) stream.resume();
      await quiet();
      const error = new Error('mine');
      stream.destroy(error);
      expect(await writer.closed).toMatchObject({ outcome: 'cancelled', reason: error });
    },
  );

  test.each([false, true])('destroy() is a reader that leaves (a read waits: %o)', async (isReading) => {
    const { writer, reader } = openPipe();
    const stream = toNodeReadable(reader);
    if (isReading) stream.resume();
    await quiet();
    stream.destroy();
    expect(await writer.closed).toMatchObject({
      outcome: 'cancelled',
      reason: { code: 'ERR_PIPE_CANCELLED' },
    });
  });

  test('leaving a loop cancels the source', async () => {
    const { writer, reader } = openPipe();
    writer.write(utf8('a'));
    for await (const _ of toNodeReadable(reader)) break;
    expect(await writer.closed).toMatchObject({ outcome: 'cancelled' });
  });

  test('a text encoding splits no character, however it is read and however late bytes come', async () => {
    const pieces = cut(utf8('aé€😀'), 1);
    const inPieces = async (readable: Readable): Promise<string> => {
      let text = '';
      for await (const piece of readable.setEncoding('utf8')) text += piece as string;
      return text;
    };
    expect(await inPieces(toNodeReadable(endedBody(...pieces)))).toBe('aé€😀');

    let flowing = '';
    const stream = toNodeReadable(endedBody(...pieces)).setEncoding('utf8');
    await once(
      stream.on('data', (piece: string) => (flowing += piece)),
      'end',
    );
    expect(flowing).toBe('aé€😀');

    const { writer, reader } = openPipe();
    const late = inPieces(toNodeReadable(reader));
    for (const piece of pieces) {
      await quiet();
      writer.write(piece);
    }
    writer.end();
    expect(await late).toBe('aé€😀');
  });
});

describe('fromNodeReadable', () => {
  test('every byte arrives, then the end', async () => {
    const body = Buffer.from(patterned(1_000));
    const reader = fromNodeReadable(Readable.from(cut(body, 17)), arrayStrategy);
    expect(body.equals(await bytes(reader))).toBe(true);
  });

  test('a stream that somebody has paused starts, whatever it had buffered', async () => {
    const stream = new PassThrough();
    stream.pause();
    stream.write('ab');
    const reader = fromNodeReadable(stream, arrayStrategy);
    stream.end('cd');
    expect(ascii(await bytes(reader))).toBe('abcd');
  });

  test('it is paused by the marks of the pipe, and resumed', async () => {
    let pushed = 0;
    const stream = new Readable({
      highWaterMark: 10,
      read() {
        pushed += 10;
        this.push(new Uint8Array(10));
      },
    });
    const reader = fromNodeReadable(stream, arrayStrategy, { highWaterMark: 100 });
    await quiet();
    await quiet();
    expect(reader.size).toBe(100);
    expect(pushed).toBeLessThan(150);
    for (let count = 0; count < 10; count += 1) await reader.read();
    await quiet();
    await quiet();
    expect(reader.size).toBe(100);
    reader.cancel();
  });

  test.each(anyReasons.map((reason) => [reason]))(
    'an error event with %o fails the pipe as it is, behind the bytes',
    async (reason) => {
      const stream = new PassThrough({ autoDestroy: false });
      const reader = fromNodeReadable(stream, arrayStrategy);
      stream.write('ab');
      await quiet();
      stream.emit('error', reason);
      expect(ascii((await reader.read())!)).toBe('ab');
      expect(await outcomeOf(reader.read())).toEqual({ reason });
    },
  );

  test('a stream that is destroyed with an error fails the pipe with it', async () => {
    const reason = new Error('disk gone');
    const stream = new PassThrough();
    const reader = fromNodeReadable(stream, arrayStrategy);
    const read = outcomeOf(reader.read());
    stream.destroy(reason);
    expect(((await read) as { reason: unknown }).reason).toBe(reason);
  });

  // D16: close without end taken for the end.
  test('a stream that closes without having ended is a failure, not an end', async () => {
    const stream = new PassThrough();
    const reader = fromNodeReadable(stream, arrayStrategy);
    stream.write('ab');
    await quiet();
    stream.destroy();
    expect(ascii((await reader.read())!)).toBe('ab');
    expect(await outcomeOf(reader.read())).toMatchObject({ reason: { code: 'ERR_PIPE_UNEXPECTED_END' } });
  });

  test('a legacy emitter’s close without end is a failure as well', async () => {
    const legacy = Object.assign(new EventEmitter(), {
      resume: () => legacy,
      pause: () => legacy,
      destroy: () => legacy,
    }) as unknown as Readable;
    const reader = fromNodeReadable(legacy, arrayStrategy);
    legacy.emit('data', Buffer.from('ab'));
    legacy.emit('close');
    expect(ascii((await reader.read())!)).toBe('ab');
    expect(await outcomeOf(reader.read())).toMatchObject({ reason: { code: 'ERR_PIPE_UNEXPECTED_END' } });
  });

  // D39: a teardown error after a good end.
  test('an error or a close after the end changes nothing', async () => {
    const stream = new PassThrough({ autoDestroy: false });
    const reader = fromNodeReadable(stream, arrayStrategy);
    stream.end('ab');
    await once(stream, 'end');
    stream.destroy(new Error('late'));
    await quiet();
    expect(ascii(await bytes(reader))).toBe('ab');
  });

  test('a stream that is gone already is a failure, with its error if it has one', async () => {
    const reason = new Error('disk gone');
    const failed = new PassThrough().on('error', () => {});
    failed.destroy(reason);
    const closed = new PassThrough();
    closed.destroy();
    await quiet();
    expect(await outcomeOf(fromNodeReadable(failed, arrayStrategy).read())).toEqual({ reason });
    expect(await outcomeOf(fromNodeReadable(closed, arrayStrategy).read())).toMatchObject({
      reason: { code: 'ERR_PIPE_UNEXPECTED_END' },
    });
  });

  test('a stream whose body somebody else has read is no empty body', async () => {
    const stream = new PassThrough();
    stream.end('ab');
    await collect(stream);
    expect(await outcomeOf(fromNodeReadable(stream, arrayStrategy).read())).toMatchObject({
      reason: { code: 'ERR_PIPE_STATE' },
    });
  });

  test.each(truthyReasons.map((reason) => [reason]))(
    'cancelling the pipe with %o destroys the stream with it',
    async (reason) => {
      const stream = new PassThrough();
      fromNodeReadable(stream, arrayStrategy).cancel(reason);
      await quiet();
      expect([stream.destroyed, stream.errored]).toEqual([true, reason]);
    },
  );

  test.each(falsyReasons.filter((reason) => reason !== undefined).map((reason) => [reason]))(
    'cancelling the pipe with %o destroys the stream with an error all the same',
    async (reason) => {
      const stream = new PassThrough();
      fromNodeReadable(stream, arrayStrategy).cancel(reason);
      await quiet();
      expect(stream.errored).toHaveProperty('cause', reason);
    },
  );

  test('cancelling the pipe without a reason destroys the stream with the pipe’s own', async () => {
    const stream = new PassThrough();
    fromNodeReadable(stream, arrayStrategy).cancel();
    await quiet();
    expect(stream.errored).toHaveProperty('code', 'ERR_PIPE_CANCELLED');
  });

  test('a signal that has fired destroys the stream, and its error ends no process', async () => {
    const reason = new Error('enough');
    const stream = new PassThrough();
    const reader = fromNodeReadable(stream, arrayStrategy, { signal: AbortSignal.abort(reason) });
    await quiet();
    expect([stream.destroyed, stream.errored]).toEqual([true, reason]);
    expect(await outcomeOf(reader.read())).toEqual({ reason });
  });

  test('text, and objects, are refused: the stream is destroyed with the error the pipe fails with', async () => {
    for (const stream of [new PassThrough({ encoding: 'utf8' }), new PassThrough({ objectMode: true })]) {
      const reader = fromNodeReadable(stream, arrayStrategy);
      stream.write(stream.readableObjectMode ? { a: 1 } : 'text');
      const outcome = await outcomeOf(reader.read());
      expect(outcome).toMatchObject({ reason: { code: 'ERR_PIPE_ARGUMENT' } });
      expect({ reason: stream.errored }).toEqual(outcome);
    }
  });

  test('chunks are copied, since others may hold them', async () => {
    const chunk = Buffer.from(new ArrayBuffer(100));
    const stream = new PassThrough();
    const reader = fromNodeReadable(stream, passingStrategy);
    stream.write(chunk);
    expect((await reader.read())!.buffer).not.toBe(chunk.buffer);
    reader.cancel();
  });

  test('with movesChunks, those that have their memory to themselves change owner, as plain arrays', async () => {
    const whole = Buffer.from(new ArrayBuffer(100));
    const part = Buffer.from(new ArrayBuffer(100), 0, 99);
    const stream = new PassThrough();
    const reader = fromNodeReadable(stream, passingStrategy, { movesChunks: true });
    stream.write(whole);
    const first = (await reader.read())!;
    stream.write(part);
    const second = (await reader.read())!;
    expect([first.buffer === whole.buffer, second.buffer === part.buffer]).toEqual([true, false]);
    expect(Object.getPrototypeOf(first)).toBe(Uint8Array.prototype);
    reader.cancel();
  });

  test('zlib’s chunks, cut from memory it goes on using, may be transferred away', async () => {
    const body = patterned(100_000);
    const gunzip = createGunzip();
    const reader = fromNodeReadable(gunzip, passingStrategy, { movesChunks: true });
    gunzip.end(gzipSync(body));
    const got: number[] = [];
    for await (const chunk of reader) {
      const moved = structuredClone(chunk, { transfer: [chunk.buffer as ArrayBuffer] });
      for (const byte of moved) got.push(byte);
    }
    expect(Buffer.from(got).equals(Buffer.from(body))).toBe(true);
  });

  test('a file arrives whole', async () => {
    const reader = fromNodeReadable(createReadStream(new URL(import.meta.url)), arrayStrategy, {
      movesChunks: true,
    });
    expect(Buffer.from(await bytes(reader)).toString()).toContain('a file arrives whole');
  });

  test('what it leaves on a stream is one listener for errors that come late', async () => {
    const stream = new PassThrough();
    const reader = fromNodeReadable(stream, arrayStrategy);
    reader.cancel();
    await quiet();
    expect(() => stream.emit('error', new Error('late'))).not.toThrow();
  });
});

describe('toNodeWritable', () => {
  test('what is written arrives, then the end', async () => {
    const body = Buffer.from(patterned(1_000));
    const { writer, reader } = openPipe({ highWaterMark: 64 });
    const collected = bytes(reader);
    await pipeline(Readable.from(cut(body, 17)), toNodeWritable(writer));
    expect(body.equals(await collected)).toBe(true);
  });

  test('text that is written arrives as its bytes', async () => {
    const { writer, reader } = openPipe();
    toNodeWritable(writer).end('aé', 'utf8');
    expect(Buffer.from(await bytes(reader)).toString()).toBe('aé');
  });

  test('a write is through when the pipe may be written to again', async () => {
    const { writer, reader } = openPipe({ highWaterMark: 4 });
    const stream = toNodeWritable(writer);
    const through: string[] = [];
    stream.write('ab', () => through.push('first'));
    stream.write('cd', () => through.push('second'));
    await quiet();
    expect(through).toEqual(['first']);
    await reader.read();
    await quiet();
    expect(through).toEqual(['first', 'second']);
  });

  test('finish comes when the consumer has everything, not before', async () => {
    const { writer, reader } = openPipe();
    const stream = toNodeWritable(writer);
    stream.end('abc');
    await quiet();
    expect(stream.writableFinished).toBe(false);
    await reader.read();
    await once(stream, 'finish');
    expect(await reader.read()).toBe(null);
  });

  test('a body of another length than declared does not finish', async () => {
    const { writer, reader } = openPipe({ expectedBytes: 5 });
    const stream = toNodeWritable(writer);
    const error = once(stream, 'error');
    stream.end('abc');
    await outcomeOf(bytes(reader));
    expect(await error).toMatchObject([{ code: 'ERR_PIPE_LENGTH_MISMATCH' }]);
    expect(stream.writableFinished).toBe(false);
  });

  test('a stream that is destroyed with an error fails the pipe with it, behind its bytes', async () => {
    const reason = new Error('mine');
    const { writer, reader } = openPipe();
    const stream = toNodeWritable(writer).on('error', () => {});
    stream.write('ab');
    stream.destroy(reason);
    expect(ascii((await reader.read())!)).toBe('ab');
    expect(((await outcomeOf(reader.read())) as { reason: unknown }).reason).toBe(reason);
  });

  // D16: a producer that abandons is no end.
  test('a stream that is destroyed without an error is no end', async () => {
    const { writer, reader } = openPipe();
    const stream = toNodeWritable(writer);
    stream.write('ab');
    stream.destroy();
    await reader.read();
    expect(await outcomeOf(reader.read())).toMatchObject({ reason: { code: 'ERR_PIPE_UNEXPECTED_END' } });
  });

  test.each(truthyReasons.map((reason) => [reason]))(
    'a consumer that leaves with %o destroys the idle stream with it',
    async (reason) => {
      const { writer, reader } = openPipe();
      const stream = toNodeWritable(writer);
      const errors: unknown[] = [];
      stream.on('error', (error: unknown) => errors.push(error));
      reader.cancel(reason);
      await quiet();
      expect([errors, stream.destroyed]).toEqual([[reason], true]);
    },
  );

  test.each(falsyReasons.filter((reason) => reason !== undefined).map((reason) => [reason]))(
    'a consumer that leaves with %o is an error all the same',
    async (reason) => {
      const { writer, reader } = openPipe({ highWaterMark: 2 });
      const stream = toNodeWritable(writer);
      const outcome = outcomeOf(
        new Promise<void>((resolve, reject) => {
          stream.on('error', () => {});
          stream.write('ab', (error) => (error ? reject(error) : resolve()));
        }),
      );
      await quiet();
      reader.cancel(reason);
      expect(await outcome).toMatchObject({ reason: { cause: reason } });
    },
  );

  test('a consumer that leaves after the end was written is an error, not a finish', async () => {
    const { writer, reader } = openPipe();
    const reason = new Error('left');
    const stream = toNodeWritable(writer);
    const finished = outcomeOf(pipeline(Readable.from([Buffer.from('abc')]), stream));
    await quiet();
    reader.cancel(reason);
    expect(((await finished) as { reason: unknown }).reason).toBe(reason);
  });

  test('memory that was written may be used again, unless it changes owner', async () => {
    for (const movesChunks of [false, true]) {
      const { writer, reader } = createPipe(passingStrategy);
      const chunk = Buffer.from(new ArrayBuffer(100));
      toNodeWritable(writer, { movesChunks }).write(chunk);
      expect((await reader.read())!.buffer === chunk.buffer).toBe(movesChunks);
    }
  });

  test('a write after the pipe was ended elsewhere is an error of the stream', async () => {
    const { writer } = openPipe();
    const stream = toNodeWritable(writer);
    writer.write(utf8('a'));
    writer.end();
    stream.write('b');
    expect(await once(stream, 'error').catch((error: unknown) => error)).toMatchObject([
      { code: 'ERR_PIPE_STATE' },
    ]);
  });
});

test('a body through every adapter and back is the same body', async () => {
  const body = Buffer.from(patterned(50_000));
  const { writer, reader } = openPipe({ highWaterMark: 1_000 });
  const through = fromNodeReadable(toNodeReadable(endedBody(...cut(body, 997))), arrayStrategy);
  const collected = bytes(reader);
  await pipeline(toNodeReadable(through), toNodeWritable(writer));
  expect(body.equals(await collected)).toBe(true);
});
