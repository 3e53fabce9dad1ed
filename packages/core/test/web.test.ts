import { describe, expect, test } from 'vitest';
import { bytes } from '../src/consume/bytes.ts';
import { createPipe } from '../src/pipe.ts';
import type { PipeReader } from '../src/pipe-reader.ts';
import { fromReadableStream, toReadableStream, toWritableStream } from '../src/web.ts';
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
  writeAll,
} from './consume/bodies.ts';

const isGiven = (reason: unknown): boolean => reason !== undefined;

describe.each(['bytes', 'default'] as const)('toReadableStream of type %s', (type) => {
  const open = (reader: PipeReader): ReadableStreamDefaultReader<Uint8Array> =>
    toReadableStream(reader, { type }).getReader();

  test('every byte arrives, then the end', async () => {
    const body = patterned(1_000);
    const stream = toReadableStream(endedBody(...cut(body, 17)), { type });
    expect(Buffer.from(body).equals(Buffer.from(await new Response(stream).arrayBuffer()))).toBe(true);
  });

  test('an empty body is an empty stream', async () => {
    expect(await open(endedBody()).read()).toEqual({ done: true, value: undefined });
  });

  test('nothing is read from the pipe before somebody reads the stream', async () => {
    const body = endedBody('abc');
    const stream = open(body);
    await quiet();
    expect(body.size).toBe(3);
    expect(ascii((await stream.read()).value!)).toBe('abc');
  });

  test.each(anyReasons.map((reason) => [reason]))(
    'a failure with %o errors it as it is, behind every byte',
    async (reason) => {
      const stream = open(failedBody(reason, 'ab', 'cd'));
      await quiet();
      expect(ascii((await stream.read()).value!)).toBe('ab');
      expect(ascii((await stream.read()).value!)).toBe('cd');
      expect(await outcomeOf(stream.read())).toEqual({ reason });
    },
  );

  test('a failure while a read waits errors that read', async () => {
    const reason = new Error('reset');
    const { writer, reader } = openPipe();
    const read = outcomeOf(open(reader).read());
    await quiet();
    writer.fail(reason);
    expect(((await read) as { reason: unknown }).reason).toBe(reason);
  });

  test.each(anyReasons.filter(isGiven).map((reason) => [reason]))(
    'cancel(%o) cancels the pipe with it',
    async (reason) => {
      const told: unknown[] = [];
      const { reader } = openPipe({ source: { cancel: (given) => told.push(given) } });
      const stream = open(reader);
      const read = stream.read();
      await quiet();
      await stream.cancel(reason);
      expect(told).toEqual([reason]);
      expect(await read).toEqual({ done: true, value: undefined });
    },
  );

  test('cancel() without a reason is a reader that leaves', async () => {
    const { writer, reader } = openPipe();
    await open(reader).cancel();
    expect(await writer.closed).toMatchObject({
      outcome: 'cancelled',
      reason: { code: 'ERR_PIPE_CANCELLED' },
    });
  });

  test('a cancel at any moment leaves nothing pending and loses no byte that was read', async () => {
    for (let turns = 0; turns < 8; turns += 1) {
      const { writer, reader } = openPipe();
      const stream = open(reader);
      const read = stream.read();
      await quiet();
      writer.write(utf8('ab'));
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      await stream.cancel('left');
      const { value } = await read;
      const { delivered, discarded } = await writer.closed;
      expect([delivered, discarded]).toEqual(value === undefined ? [0, 2] : [2, 0]);
    }
  });

  // D53: a pooled Buffer in a byte stream takes the whole pool with it.
  test('memory around a chunk stays its owner’s: a pooled Buffer’s neighbours live on', async () => {
    const pool = new Uint8Array(64);
    const neighbour = pool.subarray(0, 8);
    const { writer, reader } = createPipe(passingStrategy);
    writer.write(pool.subarray(8, 56));
    const canary = Buffer.from('canary');
    writer.write(Buffer.from('pooled'));
    writer.end();
    const stream = open(reader);
    for (let step = await stream.read(); !step.done; step = await stream.read());
    expect([neighbour.length, String(canary), String(Buffer.from('later'))]).toEqual([8, 'canary', 'later']);
  });

  test('a chunk whose memory cannot be transferred arrives all the same', async () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const { writer, reader } = createPipe(passingStrategy);
    const chunk = new Uint8Array(memory.buffer);
    chunk.fill(7);
    writer.write(chunk);
    writer.end();
    const collected = new Uint8Array(await new Response(toReadableStream(reader, { type })).arrayBuffer());
    expect([collected.length, collected.every((byte) => byte === 7)]).toEqual([65_536, true]);
  });

  test('a pipe that somebody else reads errors the stream', async () => {
    const { writer, reader } = openPipe();
    void reader.read();
    expect(await outcomeOf(open(reader).read())).toMatchObject({ reason: { code: 'ERR_PIPE_BUSY' } });
    writer.end();
  });
});

describe('byte streams', () => {
  const openByob = (reader: PipeReader): ReadableStreamBYOBReader =>
    toReadableStream(reader).getReader({ mode: 'byob' });

  test('are what comes unless another type is asked for', () => {
    expect(() => openByob(endedBody())).not.toThrow();
  });

  test('a read fills the caller’s memory with no more than fits, and the rest stays', async () => {
    const body = endedBody('abcdef');
    const stream = openByob(body);
    const seen: string[] = [];
    let step = await stream.read(new Uint8Array(4));
    while (!step.done) {
      seen.push(ascii(step.value));
      step = await stream.read(new Uint8Array(4));
    }
    expect(seen).toEqual(['abcd', 'ef']);
  });

  test('a read that waits for the end is answered with its memory back', async () => {
    const { writer, reader } = openPipe();
    const read = openByob(reader).read(new Uint8Array(4));
    await quiet();
    writer.end();
    const { done, value } = await read;
    expect([done, value?.length, value?.buffer.byteLength]).toEqual([true, 0, 4]);
  });

  test('a read that waits gets the failure, and a cancel', async () => {
    for (const [act, expected] of [
      [({ writer }: ReturnType<typeof openPipe>) => writer.fail(0), { reason: 0 }],
      [
        (_: unknown, stream: ReadableStreamBYOBReader) => stream.cancel(),
        { value: { done: true, value: undefined } },
      ],
    ] as const) {
      const pipe = openPipe();
      const stream = openByob(pipe.reader);
      const read = outcomeOf(stream.read(new Uint8Array(4)));
      await quiet();
      void act(pipe, stream);
      expect(await read).toEqual(expected);
    }
  });

  test('a view of wider elements is filled element by element', async () => {
    const { writer, reader } = openPipe();
    const stream = openByob(reader);
    const read = stream.read(new Uint16Array(4));
    for (const byte of [1, 0, 2, 0]) {
      writer.write(Uint8Array.of(byte));
      await quiet();
    }
    const first = (await read).value!;
    writer.end();
    const second = await stream.read(new Uint16Array(4));
    expect([[...first], [...(second.value ?? [])]]).toEqual([[1], [2]]);
  });

  test('memory for a default reader is allocated where that is asked for', async () => {
    const stream = toReadableStream(endedBody('abc'), { autoAllocateChunkSize: 2 }).getReader();
    const first = (await stream.read()).value!;
    expect([ascii(first), first.buffer.byteLength]).toEqual(['ab', 2]);
    expect(ascii((await stream.read()).value!)).toBe('c');
    expect((await stream.read()).done).toBe(true);
  });

  test('both branches of a tee get the body', async () => {
    const [a, b] = toReadableStream(endedBody('ab', 'cd')).tee();
    expect(await Promise.all([new Response(a).text(), new Response(b).text()])).toEqual(['abcd', 'abcd']);
  });

  test.each([0, -1, 1.5])('an autoAllocateChunkSize of %o is refused', (autoAllocateChunkSize) => {
    expect(() => toReadableStream(endedBody(), { autoAllocateChunkSize })).toThrow(
      expect.objectContaining({ code: 'ERR_PIPE_ARGUMENT' }),
    );
  });

  test('an unknown type is refused', () => {
    expect(() => toReadableStream(endedBody(), { type: 'byte' as 'bytes' })).toThrow(
      expect.objectContaining({ code: 'ERR_PIPE_ARGUMENT' }),
    );
  });

  test('where the engine has none, a stream of chunks comes instead', async () => {
    const { ReadableStream: Native } = globalThis;
    globalThis.ReadableStream = new Proxy(Native, {
      construct(target, [source, strategy]: [UnderlyingDefaultSource & { type?: string }, QueuingStrategy]) {
        if (source.type === 'bytes') throw new TypeError('no byte streams here');
        return new target(source, strategy);
      },
    });
    try {
      const stream = toReadableStream(endedBody('ab', 'cd'));
      expect(() => stream.getReader({ mode: 'byob' })).toThrow(TypeError);
      expect(ascii((await stream.getReader().read()).value!)).toBe('ab');
    } finally {
      globalThis.ReadableStream = Native;
    }
  });
});

describe('fromReadableStream', () => {
  const streamOf = (...chunks: unknown[]): ReadableStream<Uint8Array> =>
    new ReadableStream({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(chunk as Uint8Array);
        controller.close();
      },
    });

  test('every chunk arrives, then the end', async () => {
    expect(ascii(await bytes(fromReadableStream(streamOf(utf8('ab'), utf8('c')), arrayStrategy)))).toBe(
      'abc',
    );
  });

  test('a fetch body arrives whole', async () => {
    const body = patterned(100_000);
    const stream = new Response(body).body!;
    expect(Buffer.from(body).equals(await bytes(fromReadableStream(stream, arrayStrategy)))).toBe(true);
  });

  test('a pipe through a stream and back is the same body', async () => {
    const body = patterned(1_000);
    const stream = toReadableStream(endedBody(...cut(body, 17)));
    expect(Buffer.from(body).equals(await bytes(fromReadableStream(stream, arrayStrategy)))).toBe(true);
  });

  test('it is asked for no more than the pipe has room for', async () => {
    let pulls = 0;
    const stream = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulls += 1;
          controller.enqueue(new Uint8Array(10));
        },
      },
      { highWaterMark: 0 },
    );
    const reader = fromReadableStream(stream, arrayStrategy, { highWaterMark: 25 });
    await quiet();
    expect(pulls).toBe(3);
    await reader.read();
    await reader.read();
    await quiet();
    expect(pulls).toBe(5);
  });

  test.each(anyReasons.map((reason) => [reason]))(
    'an error %o fails the pipe as it is, behind the bytes that had come',
    async (reason) => {
      let controller!: ReadableStreamDefaultController<Uint8Array>;
      const stream = new ReadableStream<Uint8Array>({ start: (given) => void (controller = given) });
      const reader = fromReadableStream(stream, arrayStrategy);
      controller.enqueue(utf8('ab'));
      await quiet();
      controller.error(reason);
      await quiet();
      expect(ascii((await reader.read())!)).toBe('ab');
      expect(await outcomeOf(reader.read())).toEqual({ reason });
    },
  );

  test.each(anyReasons.filter(isGiven).map((reason) => [reason]))(
    'cancelling the pipe with %o cancels a stream that is waited for',
    async (reason) => {
      const told: unknown[] = [];
      const stream = new ReadableStream<Uint8Array>({
        cancel(given) {
          told.push(given);
          throw new Error('nobody is told');
        },
      });
      const reader = fromReadableStream(stream, arrayStrategy);
      await quiet();
      reader.cancel(reason);
      expect(told).toEqual([reason]);
      expect(await outcomeOf(reader.read())).toEqual({ reason });
      await quiet();
    },
  );

  test('a body of another length than declared is a failure, and the stream is told', async () => {
    const told: unknown[] = [];
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(utf8('abc')),
      cancel: (reason) => void told.push(reason),
    });
    const reader = fromReadableStream(stream, arrayStrategy, { expectedBytes: 2 });
    expect(await outcomeOf(bytes(reader))).toMatchObject({ reason: { code: 'ERR_PIPE_LENGTH_MISMATCH' } });
    expect(told).toHaveLength(1);
  });

  test.each(['text', null, new ArrayBuffer(1)])(
    'a chunk of %o fails the pipe and cancels the stream',
    async (chunk) => {
      const reader = fromReadableStream(streamOf(utf8('a'), chunk), arrayStrategy);
      expect(ascii((await reader.read())!)).toBe('a');
      expect(await outcomeOf(reader.read())).toMatchObject({
        reason: { code: 'ERR_PIPE_ARGUMENT', value: chunk },
      });
    },
  );

  test('chunks that others may hold are copied, those of a byte stream are moved', async () => {
    const shared = utf8('abc'.repeat(100));
    const copied = fromReadableStream(streamOf(shared), passingStrategy);
    const moved = fromReadableStream(streamOf(shared), passingStrategy, { movesChunks: true });
    expect((await copied.read())!.buffer).not.toBe(shared.buffer);
    expect((await moved.read())!.buffer).toBe(shared.buffer);

    let enqueued = 0;
    const byteStream = new ReadableStream<Uint8Array>({
      type: 'bytes',
      start(controller) {
        const chunk = new Uint8Array(1_000);
        controller.enqueue(chunk.subarray(0, 600));
        controller.close();
        enqueued = chunk.buffer.byteLength;
      },
    });
    const chunk = await fromReadableStream(byteStream, passingStrategy).read();
    // Moved: the view still is one of the larger memory that was transferred here.
    expect([enqueued, chunk!.length, chunk!.buffer.byteLength]).toEqual([0, 600, 1_000]);
  });

  test('a locked stream is refused', () => {
    const stream = streamOf();
    stream.getReader();
    expect(() => fromReadableStream(stream, arrayStrategy)).toThrow(TypeError);
  });
});

describe('toWritableStream', () => {
  test('what is written arrives, then the end', async () => {
    const { writer, reader } = openPipe();
    const collected = bytes(reader);
    const body = patterned(1_000);
    const stream = new Response(body).body!;
    await stream.pipeTo(toWritableStream(writer));
    expect([...(await collected)]).toEqual([...body]);
  });

  test('a write settles when the pipe may be written to again', async () => {
    const { writer, reader } = openPipe({ highWaterMark: 4 });
    const stream = toWritableStream(writer).getWriter();
    await stream.write(utf8('ab'));
    let isThrough = false;
    const write = stream.write(utf8('cd')).then(() => (isThrough = true));
    await quiet();
    expect(isThrough).toBe(false);
    await reader.read();
    await write;
  });

  test('memory that was written may be used again, unless it changes owner', async () => {
    for (const movesChunks of [false, true]) {
      const { writer, reader } = createPipe(passingStrategy);
      const memory = utf8('abc'.repeat(100));
      const stream = toWritableStream(writer, { movesChunks }).getWriter();
      await stream.write(memory);
      expect((await reader.read())!.buffer === memory.buffer).toBe(movesChunks);
    }
  });

  test('close() settles when the consumer has everything, not before', async () => {
    const { writer, reader } = openPipe();
    const stream = toWritableStream(writer).getWriter();
    await stream.write(utf8('abc'));
    let isClosed = false;
    const close = stream.close().then(() => (isClosed = true));
    await quiet();
    expect(isClosed).toBe(false);
    await reader.read();
    await close;
    await Promise.all([stream.closed, stream.ready]);
    expect(await reader.read()).toBe(null);
  });

  test('close() of a body of another length than declared rejects', async () => {
    const { writer, reader } = openPipe({ expectedBytes: 5 });
    const stream = toWritableStream(writer).getWriter();
    await stream.write(utf8('abc'));
    const close = outcomeOf(stream.close());
    await outcomeOf(bytes(reader));
    expect(await close).toMatchObject({ reason: { code: 'ERR_PIPE_LENGTH_MISMATCH' } });
    await outcomeOf(stream.closed);
  });

  test.each(anyReasons.map((reason) => [reason]))(
    'abort(%o) fails the pipe with it, behind its bytes',
    async (reason) => {
      const { writer, reader } = openPipe();
      const stream = toWritableStream(writer).getWriter();
      await stream.write(utf8('abc'));
      await stream.abort(reason);
      expect(ascii((await reader.read())!)).toBe('abc');
      expect(await outcomeOf(reader.read())).toEqual({ reason });
      await outcomeOf(stream.closed);
    },
  );

  test.each(anyReasons.filter(isGiven).map((reason) => [reason]))(
    'a consumer that leaves with %o errors the idle stream with it',
    async (reason) => {
      const { writer, reader } = openPipe();
      const stream = toWritableStream(writer).getWriter();
      await stream.ready;
      reader.cancel(reason);
      expect(await outcomeOf(stream.closed)).toEqual({ reason });
      expect(await outcomeOf(stream.write(utf8('a')))).toEqual({ reason });
      await outcomeOf(stream.ready);
    },
  );

  test('a consumer that leaves while a write or the close waits rejects that', async () => {
    for (const act of ['write', 'close'] as const) {
      const { writer, reader } = openPipe({ highWaterMark: 2 });
      const stream = toWritableStream(writer).getWriter();
      writeAll(writer, ['ab']);
      const waits = outcomeOf(act === 'write' ? stream.write(utf8('c')) : stream.close());
      await quiet();
      const reason = new Error('left');
      reader.cancel(reason);
      expect(((await waits) as { reason: unknown }).reason).toBe(reason);
      await outcomeOf(stream.closed);
      await outcomeOf(stream.ready);
    }
  });

  test('what is no Uint8Array errors the stream and fails the pipe', async () => {
    const { writer, reader } = openPipe();
    const stream = toWritableStream(writer).getWriter();
    const outcome = await outcomeOf(stream.write('text' as unknown as Uint8Array));
    expect(outcome).toMatchObject({ reason: { code: 'ERR_PIPE_ARGUMENT' } });
    expect(await outcomeOf(reader.read())).toEqual(outcome);
    await outcomeOf(stream.closed);
    await outcomeOf(stream.ready);
  });
});
