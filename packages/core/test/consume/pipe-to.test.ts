import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { bytes } from '../../src/consume/bytes.ts';
import { pipeTo } from '../../src/consume/pipe-to.ts';
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
} from './bodies.ts';

/** A stream that keeps what it is given, and says what was done to it. */
function keeper(sink: UnderlyingSink<Uint8Array> = {}, strategy?: QueuingStrategy<Uint8Array>) {
  const kept: string[] = [];
  const did: unknown[] = [];
  const stream = new WritableStream<Uint8Array>(
    {
      ...sink,
      async write(chunk, controller) {
        await sink.write?.(chunk, controller);
        kept.push(ascii(chunk));
      },
      close: () => void did.push('close'),
      abort: (reason) => void did.push(['abort', reason]),
    },
    strategy,
  );
  return { kept, did, stream };
}

/** A promise and the way to settle it. */
function gate() {
  let open!: () => void;
  const promise = new Promise<void>((resolve) => (open = resolve));
  return { open, promise };
}

describe('into a pipe', () => {
  test('every byte goes over, in order, then the end', async () => {
    const body = patterned(1_000);
    const { writer, reader } = openPipe({ highWaterMark: 64 });
    const collected = bytes(reader);
    await pipeTo(endedBody(...cut(body, 17)), writer);
    expect([...(await collected)]).toEqual([...body]);
  });

  test('a destination that says stop is not written to before it says go on', async () => {
    const { writer, reader } = openPipe({ highWaterMark: 10 });
    const source = endedBody(...cut(patterned(100), 5));
    const done = pipeTo(source, writer);
    await quiet();
    expect([reader.size, source.size]).toEqual([10, 90]);
    await reader.read({ min: 5, max: 5 });
    await quiet();
    expect([reader.size, source.size]).toEqual([10, 85]);
    reader.cancel();
    await outcomeOf(done);
  });

  test('it settles when the destination’s consumer has everything, not before', async () => {
    const { writer, reader } = openPipe();
    let isSettled = false;
    const done = pipeTo(endedBody('abc'), writer).then(() => (isSettled = true));
    await quiet();
    expect(isSettled).toBe(false);
    await reader.read();
    await done;
  });

  test('a length that the destination does not accept is a rejection, not an end', async () => {
    const { writer, reader } = openPipe({ expectedBytes: 5 });
    const done = outcomeOf(pipeTo(endedBody('abc'), writer));
    expect(await outcomeOf(bytes(reader))).toMatchObject({ reason: { code: 'ERR_PIPE_LENGTH_MISMATCH' } });
    expect(await done).toMatchObject({ reason: { code: 'ERR_PIPE_LENGTH_MISMATCH' } });
  });

  test.each(anyReasons.map((reason) => [reason]))(
    'a source that fails with %o fails both, behind its bytes',
    async (reason) => {
      const { writer, reader } = openPipe();
      expect(await outcomeOf(pipeTo(failedBody(reason, 'ab'), writer))).toEqual({ reason });
      expect(ascii((await reader.read())!)).toBe('ab');
      expect(await outcomeOf(reader.read())).toEqual({ reason });
    },
  );

  test.each(anyReasons.filter((reason) => reason !== undefined).map((reason) => [reason]))(
    'a consumer that leaves with %o cancels the idle source at once',
    async (reason) => {
      const told: unknown[] = [];
      const source = openPipe({ source: { cancel: (given) => told.push(given) } });
      const { writer, reader } = openPipe();
      const done = outcomeOf(pipeTo(source.reader, writer));
      await quiet();
      reader.cancel(reason);
      expect(await done).toEqual({ reason });
      expect(told).toEqual([reason]);
    },
  );

  test('a consumer that leaves while it is full cancels the source with its reason', async () => {
    const told: unknown[] = [];
    const source = openPipe({ source: { cancel: (given) => told.push(given) } });
    const { writer, reader } = openPipe({ highWaterMark: 2 });
    writeAll(source.writer, ['ab', 'cd']);
    const done = outcomeOf(pipeTo(source.reader, writer));
    await quiet();
    const reason = new Error('left');
    reader.cancel(reason);
    expect(((await done) as { reason: unknown }).reason).toBe(reason);
    expect(told).toEqual([reason]);
  });

  test('a consumer that leaves after the end was handed over is a rejection', async () => {
    const { writer, reader } = openPipe();
    const done = outcomeOf(pipeTo(endedBody('abc'), writer));
    await quiet();
    const reason = new Error('left');
    reader.cancel(reason);
    expect(((await done) as { reason: unknown }).reason).toBe(reason);
  });

  test('a destination that refuses the body cancels the source, whose bytes stay a prefix', async () => {
    const told: unknown[] = [];
    const source = openPipe({ source: { cancel: (given) => told.push(given) } });
    const { writer, reader } = openPipe({ maxBytes: 3 });
    writeAll(source.writer, ['ab', 'cd', 'ef']);
    const done = outcomeOf(pipeTo(source.reader, writer));
    expect(await outcomeOf(bytes(reader))).toMatchObject({ reason: { code: 'ERR_PIPE_TOO_LARGE' } });
    await done;
    expect(told).toHaveLength(1);
  });

  test('a destination that somebody else has ended rejects and cancels the source', async () => {
    const told: unknown[] = [];
    const source = openPipe({ source: { cancel: (given) => told.push(given) } });
    const { writer, reader } = openPipe();
    writer.write(utf8('x'));
    writer.end();
    writeAll(source.writer, ['ab']);
    const { reason } = (await outcomeOf(pipeTo(source.reader, writer))) as { reason: { code: string } };
    expect(reason.code).toBe('ERR_PIPE_CANCELLED');
    expect(told).toEqual([reason]);
    expect(ascii(await bytes(reader))).toBe('x');
  });
});

describe('into a WritableStream', () => {
  test('every byte goes over, then it is closed and let go', async () => {
    const { kept, did, stream } = keeper();
    await pipeTo(endedBody('ab', 'c'), stream);
    expect([kept, did, stream.locked]).toEqual([['ab', 'c'], ['close'], false]);
  });

  test('no more is handed over than it asks for', async () => {
    const { open, promise } = gate();
    const { kept, stream } = keeper({ write: () => promise }, { highWaterMark: 2 });
    const source = endedBody('a', 'b', 'c', 'd');
    const done = pipeTo(source, stream);
    await quiet();
    expect([source.size, kept]).toEqual([2, []]);
    open();
    await done;
    expect(kept.join('')).toBe('abcd');
  });

  test('a stream that is full from the start is not written to, and a failing source still reaches it', async () => {
    const { kept, did, stream } = keeper({}, { highWaterMark: 0 });
    const { writer, reader } = openPipe();
    const done = outcomeOf(pipeTo(reader, stream));
    await quiet();
    const reason = new Error('upstream died');
    writer.fail(reason);
    expect(((await done) as { reason: unknown }).reason).toBe(reason);
    expect([kept, did]).toEqual([[], [['abort', reason]]]);
  });

  test.each(anyReasons.map((reason) => [reason]))(
    'a source that fails with %o aborts it, behind its bytes',
    async (reason) => {
      const { kept, did, stream } = keeper({ write: () => quiet() }, { highWaterMark: 10 });
      expect(await outcomeOf(pipeTo(failedBody(reason, 'a', 'b'), stream))).toEqual({ reason });
      expect([kept, did]).toEqual([['a', 'b'], [['abort', reason]]]);
    },
  );

  test.each(anyReasons.filter((reason) => reason !== undefined).map((reason) => [reason]))(
    'a sink that errors with %o cancels the idle source',
    async (reason) => {
      const told: unknown[] = [];
      let controller!: WritableStreamDefaultController;
      const { stream } = keeper({ start: (given) => void (controller = given) });
      const source = openPipe({ source: { cancel: (given) => told.push(given) } });
      const done = outcomeOf(pipeTo(source.reader, stream));
      await quiet();
      controller.error(reason);
      expect(await done).toEqual({ reason });
      expect(told).toEqual([reason]);
    },
  );

  test('a write that fails cancels the source with what it threw', async () => {
    const reason = new Error('disk full');
    const told: unknown[] = [];
    const { stream } = keeper({ write: () => Promise.reject(reason) });
    const source = openPipe({ source: { cancel: (given) => told.push(given) } });
    writeAll(source.writer, ['a', 'b']);
    const outcome = await outcomeOf(pipeTo(source.reader, stream));
    expect((outcome as { reason: unknown }).reason).toBe(reason);
    expect(told).toEqual([reason]);
  });

  test('a close that fails is a rejection', async () => {
    const reason = new Error('disk full');
    const stream = new WritableStream<Uint8Array>({ close: () => Promise.reject(reason) });
    const outcome = await outcomeOf(pipeTo(endedBody('a'), stream));
    expect((outcome as { reason: unknown }).reason).toBe(reason);
  });

  test('a locked stream is refused, and nothing is touched', async () => {
    const { stream } = keeper();
    stream.getWriter();
    const source = endedBody('ab');
    const outcome = await outcomeOf(pipeTo(source, stream));
    expect((outcome as { reason: unknown }).reason).toBeInstanceOf(TypeError);
    expect(source.size).toBe(2);
  });

  test('a stream that was closed before cancels the source', async () => {
    const { stream } = keeper();
    await stream.close();
    const { writer, reader } = openPipe();
    writer.write(utf8('a'));
    expect(await outcomeOf(pipeTo(reader, stream))).toMatchObject({ reason: { code: 'ERR_PIPE_CANCELLED' } });
    expect(await writer.closed).toMatchObject({ outcome: 'cancelled' });
  });
});

describe('signal', () => {
  test('it stops a piping that waits for bytes: both sides get its reason', async () => {
    const told: unknown[] = [];
    const source = openPipe({ source: { cancel: (given) => told.push(given) } });
    const { writer, reader } = openPipe();
    const controller = new AbortController();
    const done = outcomeOf(pipeTo(source.reader, writer, { signal: controller.signal }));
    await quiet();
    const reason = new Error('enough');
    controller.abort(reason);
    expect(((await done) as { reason: unknown }).reason).toBe(reason);
    expect(told).toEqual([reason]);
    expect(((await outcomeOf(reader.read())) as { reason: unknown }).reason).toBe(reason);
  });

  test('it stops a piping that waits for room', async () => {
    const { stream } = keeper({ write: () => new Promise(() => {}) });
    const controller = new AbortController();
    const source = openPipe();
    writeAll(source.writer, ['a', 'b', 'c']);
    const done = outcomeOf(pipeTo(source.reader, stream, { signal: controller.signal, preventAbort: true }));
    await quiet();
    const reason = new Error('enough');
    controller.abort(reason);
    expect(((await done) as { reason: unknown }).reason).toBe(reason);
    expect(await source.writer.closed).toMatchObject({ outcome: 'cancelled', reason });
  });

  test('it stops a piping whose failed source waits for a sink that hangs', async () => {
    const { stream } = keeper({ write: () => new Promise(() => {}) }, { highWaterMark: 10 });
    const controller = new AbortController();
    const failure = new Error('upstream died');
    const done = outcomeOf(
      pipeTo(failedBody(failure, 'a'), stream, { signal: controller.signal, preventAbort: true }),
    );
    await quiet();
    controller.abort();
    expect(((await done) as { reason: unknown }).reason).toBe(failure);
  });

  test('none is listened to any more when the piping is over, however it went', async () => {
    const { signal } = new AbortController();
    const gone = openPipe();
    gone.reader.cancel();
    await outcomeOf(pipeTo(endedBody('a'), openPipe().writer, { signal, preventClose: true }));
    await outcomeOf(pipeTo(failedBody(new Error('died')), openPipe().writer, { signal }));
    await outcomeOf(pipeTo(endedBody('a'), gone.writer, { signal }));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('one that has fired before stops it before the first byte', async () => {
    const { kept, did, stream } = keeper();
    const { writer, reader } = openPipe();
    writer.write(utf8('a'));
    const reason = new Error('enough');
    await outcomeOf(pipeTo(reader, stream, { signal: AbortSignal.abort(reason) }));
    expect([kept, did]).toEqual([[], [['abort', reason]]]);
    expect(await writer.closed).toMatchObject({ outcome: 'cancelled', reason });
  });

  test('one that fires after the end was handed over changes nothing', async () => {
    const { writer, reader } = openPipe();
    const controller = new AbortController();
    const done = pipeTo(endedBody('abc'), writer, { signal: controller.signal });
    await quiet();
    controller.abort();
    expect(ascii(await bytes(reader))).toBe('abc');
    await done;
  });
});

describe('what it is told to leave alone', () => {
  test('preventClose leaves the destination open for more', async () => {
    const { writer, reader } = openPipe();
    await pipeTo(endedBody('ab'), writer, { preventClose: true });
    await pipeTo(endedBody('cd'), writer, { preventClose: true });
    writer.end();
    expect(ascii(await bytes(reader))).toBe('abcd');
  });

  test('preventAbort leaves the destination open when the source fails', async () => {
    const { writer, reader } = openPipe();
    await outcomeOf(pipeTo(failedBody(new Error('died'), 'ab'), writer, { preventAbort: true }));
    writer.end();
    expect(ascii(await bytes(reader))).toBe('ab');
  });

  test('preventCancel leaves the source where it was, no byte lost, when the destination goes', async () => {
    const source = openPipe();
    const { writer, reader } = openPipe({ highWaterMark: 4 });
    writeAll(source.writer, ['ab', 'cd', 'ef']);
    const done = outcomeOf(pipeTo(source.reader, writer, { preventCancel: true }));
    await quiet();
    expect(reader.size).toBe(4);
    reader.cancel('left');
    expect(await done).toEqual({ reason: 'left' });
    expect(ascii((await source.reader.read())!)).toBe('ef');
  });

  test('preventCancel gives up a wait for bytes: the source can be read on at once', async () => {
    const source = openPipe();
    const { writer, reader } = openPipe();
    const done = outcomeOf(pipeTo(source.reader, writer, { preventCancel: true }));
    await quiet();
    reader.cancel('left');
    expect(await done).toEqual({ reason: 'left' });
    const read = source.reader.read();
    writeAll(source.writer, ['ab']);
    expect(ascii((await read)!)).toBe('ab');
  });

  test('preventCancel and a signal at any moment: every byte is on one side or the other', async () => {
    for (let turns = 0; turns < 12; turns += 1) {
      const source = openPipe();
      const { writer, reader } = openPipe();
      const controller = new AbortController();
      const options = { signal: controller.signal, preventCancel: true, preventAbort: true };
      const done = outcomeOf(pipeTo(source.reader, writer, options));
      await quiet();
      writeAll(source.writer, ['ab']);
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      controller.abort();
      await done;
      source.writer.end();
      writer.end();
      expect(ascii(await bytes(reader)) + ascii(await bytes(source.reader))).toBe('ab');
    }
  });
});

test('a source that somebody else reads fails the destination: bytes would be missing', async () => {
  const source = openPipe();
  void source.reader.read();
  const { writer, reader } = openPipe();
  expect(await outcomeOf(pipeTo(source.reader, writer))).toMatchObject({ reason: { code: 'ERR_PIPE_BUSY' } });
  expect(await outcomeOf(reader.read())).toMatchObject({ reason: { code: 'ERR_PIPE_BUSY' } });
  source.writer.end();
});
