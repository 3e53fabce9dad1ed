import { describe, expect, it, vi } from 'vitest';
import {
  createPipe,
  PipeError,
  type BufferStrategy,
  type ByteStore,
  type PipeOptions,
  type PipeReader,
} from '../src/index.ts';
import { arrayStrategy, fixedArrayStrategy } from './array-strategy.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

function spySource(): { calls: unknown[]; source: NonNullable<PipeOptions['source']> } {
  const calls: unknown[] = [];
  return {
    calls,
    source: {
      pause: () => calls.push('pause'),
      resume: () => calls.push('resume'),
      cancel: (reason) => calls.push(reason),
    },
  };
}

for (const strategy of [arrayStrategy, fixedArrayStrategy]) {
  describe(`a pipe over ${strategy.name}`, () => {
    it('[P1] keeps what arrives while the consumer holds a chunk and has not asked again', async () => {
      const { writer, reader } = createPipe(strategy);
      const loop = reader.values();
      writer.write(bytes(1));
      expect((await loop.next()).value).toEqual(bytes(1));
      writer.write(bytes(2));
      writer.end();
      expect((await loop.next()).value).toEqual(bytes(2));
      expect(await loop.next()).toEqual({ value: undefined, done: true });
    });

    it('[P2] [P3] delivers every accepted byte before the failure, then the same reason every time', async () => {
      const { writer, reader } = createPipe(strategy);
      writer.write(bytes(1, 2));
      writer.fail(0);
      expect(await reader.read()).toEqual(bytes(1, 2));
      await expect(reader.read()).rejects.toBe(0);
      let thrown: unknown = 'nothing';
      try {
        reader.tryRead();
      } catch (reason) {
        thrown = reason;
      }
      expect(thrown).toBe(0);
      await expect(reader.values().next()).rejects.toBe(0);
      expect(await writer.closed).toEqual({
        outcome: 'failed',
        reason: 0,
        written: 2,
        delivered: 2,
        discarded: 0,
      });
    });

    it('[P3] a parked read sees a failure, whatever its reason', async () => {
      for (const reason of [undefined, null, 0, '', new Error('lost')]) {
        const { writer, reader } = createPipe(strategy);
        const parked = reader.read();
        writer.fail(reason);
        writer.end();
        await expect(parked).rejects.toBe(reason);
      }
    });

    it('[P7] settles queued next() calls in the order they were made', async () => {
      const { writer, reader } = createPipe(strategy);
      const loop = reader.values();
      const settled: string[] = [];
      const calls = ['a', 'b', 'c'].map((name) =>
        loop.next().then(({ done }) => settled.push(name + String(done))),
      );
      writer.write(bytes(1));
      writer.write(bytes(2));
      writer.end();
      await Promise.all(calls);
      expect(settled).toEqual(['afalse', 'bfalse', 'ctrue']);
    });

    it('[P7] settles a next() that is called while an earlier one is being woken after that one', async () => {
      const settled: string[] = [];
      let late: Promise<void> | undefined;
      const { writer, reader } = createPipe(strategy, {
        highWaterMark: 1,
        source: {
          pause: () => {
            late = iterator.next().then(({ value }) => void settled.push(`second ${value?.join(' ')}`));
          },
        },
      });
      const iterator = reader.values();
      const first = iterator.next().then(({ value }) => void settled.push(`first ${value?.join(' ')}`));
      // Resolving with an object looks for its `then`: the one moment at which a wake runs foreign code.
      Object.defineProperty(Object.prototype, 'then', {
        configurable: true,
        get(): void {
          Reflect.deleteProperty(Object.prototype, 'then');
          writer.write(Uint8Array.of(2));
        },
      });
      writer.write(Uint8Array.of(1));
      await first;
      await late;
      expect(settled).toEqual(['first 1', 'second 2']);
    });

    it('[P7] settles a next() that its iterator has no bytes for in its turn as well', async () => {
      const settled: string[] = [];
      const note = (name: string) => (): void => void settled.push(name);
      let late: Promise<void> | undefined;
      const { reader } = createPipe(strategy, {
        source: {
          cancel: () => {
            late = iterator.next().then(note('second'));
          },
        },
      });
      const iterator = reader.values();
      const first = iterator.next().catch(note('first'));
      reader.cancel('gone');
      await first;
      await late;
      expect(settled).toEqual(['first', 'second']);
    });

    it('[P5] a call that is made while an earlier one is woken gets what is there, beyond maxBuffered as well', async () => {
      const { writer, reader } = createPipe(strategy, { highWaterMark: 4, maxBuffered: 4 });
      let late: Promise<Uint8Array | null> | undefined;
      const first = reader.values().next();
      Object.defineProperty(Object.prototype, 'then', {
        configurable: true,
        get(): void {
          Reflect.deleteProperty(Object.prototype, 'then');
          writer.write(bytes(1, 2, 3, 4, 5, 6));
          late = reader.read({ min: 6 });
        },
      });
      writer.write(bytes(0));
      await first;
      expect(await late).toEqual(bytes(1, 2, 3, 4, 5, 6));
    });

    it('[P7] refuses a second direct read and a call through another iterator while one waits', async () => {
      const { writer, reader } = createPipe(strategy);
      const parked = reader.read();
      await expect(reader.read()).rejects.toMatchObject({ code: 'ERR_PIPE_BUSY' });
      await expect(reader.values().next()).rejects.toMatchObject({ code: 'ERR_PIPE_LOCKED' });
      expect(reader.tryRead()).toBeUndefined();
      writer.write(bytes(7));
      expect(await parked).toEqual(bytes(7));
      const loop = reader.values();
      const next = loop.next();
      await expect(reader.read()).rejects.toMatchObject({ code: 'ERR_PIPE_LOCKED' });
      writer.write(bytes(8));
      expect((await next).value).toEqual(bytes(8));
    });

    it('[P7] [P17] an aborted wait loses no bytes and leaves no listener', async () => {
      const { writer, reader } = createPipe(strategy);
      const controller = new AbortController();
      const remove = vi.spyOn(controller.signal, 'removeEventListener');
      const parked = reader.read({ min: 2, signal: controller.signal });
      writer.write(bytes(1));
      controller.abort('enough');
      await expect(parked).rejects.toBe('enough');
      expect(remove).toHaveBeenCalledTimes(1);
      await expect(reader.read({ signal: controller.signal })).rejects.toBe('enough');
      expect(await reader.read()).toEqual(bytes(1));
    });

    it('[P8] never shows an empty write, and refuses a detached one', () => {
      const { writer, reader } = createPipe(strategy);
      expect(writer.write(bytes())).toBe(true);
      expect(reader.tryRead()).toBeUndefined();
      const chunk = bytes(1, 2);
      structuredClone(chunk.buffer, { transfer: [chunk.buffer] });
      expect(() => writer.write(chunk)).toThrow(expect.objectContaining({ code: 'ERR_PIPE_ARGUMENT' }));
    });

    it('[P10] fails with OVERFLOW past maxBuffered while paused, and delivers what was accepted', async () => {
      const { calls, source } = spySource();
      const { writer, reader } = createPipe(strategy, { highWaterMark: 4, maxBuffered: 8, source });
      expect(writer.write(bytes(1, 2, 3, 4))).toBe(false);
      expect(writer.write(bytes(5, 6, 7, 8))).toBe(false);
      expect(writer.write(bytes(9))).toBe(false);
      expect(writer.write(bytes(10))).toBe(false);
      expect(calls).toEqual([
        'pause',
        expect.objectContaining({ code: 'ERR_PIPE_OVERFLOW', limit: 8, value: 9 }),
      ]);
      const got: number[] = [];
      await expect(
        (async () => {
          for await (const chunk of reader) got.push(...chunk);
        })(),
      ).rejects.toMatchObject({ code: 'ERR_PIPE_OVERFLOW' });
      expect(got).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    });

    it('[P11] pauses at the high mark, resumes at the low one, and strictly alternates', () => {
      const { calls, source } = spySource();
      const { writer, reader } = createPipe(strategy, { highWaterMark: 4, lowWaterMark: 2, source });
      expect(writer.write(bytes(1, 2, 3))).toBe(true);
      expect(writer.desiredSize).toBe(1);
      expect(writer.write(bytes(4))).toBe(false);
      reader.tryRead(1);
      expect(calls).toEqual(['pause']);
      reader.tryRead(1);
      expect(calls).toEqual(['pause', 'resume']);
    });

    it('[P11] lets a source go that was paused when the body ended', () => {
      const { calls, source } = spySource();
      const { writer } = createPipe(strategy, { highWaterMark: 1, source });
      writer.write(bytes(1));
      writer.end();
      expect(calls).toEqual(['pause', 'resume']);
    });

    it('[P11] resumes for a reader that waits for more than the mark, and pauses again when it gives up', async () => {
      const { calls, source } = spySource();
      const { writer, reader } = createPipe(strategy, { highWaterMark: 4, source });
      const controller = new AbortController();
      writer.write(bytes(1, 2, 3, 4));
      const parked = reader.read({ min: 6, signal: controller.signal });
      expect(calls).toEqual(['pause', 'resume']);
      controller.abort('late');
      await expect(parked).rejects.toBe('late');
      expect(calls).toEqual(['pause', 'resume', 'pause']);
      const again = reader.read({ min: 6 });
      writer.write(bytes(5, 6, 7));
      expect(await again).toHaveLength(6);
      expect(reader.size).toBe(1);
    });

    it('refuses a wait for more than can ever be buffered, that call alone', async () => {
      const { writer, reader } = createPipe(strategy, { highWaterMark: 4, maxBuffered: 8 });
      await expect(reader.read({ min: 9 })).rejects.toMatchObject({ code: 'ERR_PIPE_OVERFLOW', limit: 8 });
      const parked = reader.read({ min: 8 });
      writer.write(bytes(1, 2, 3, 4, 5, 6, 7, 8, 9));
      expect((await parked)?.length).toBeGreaterThanOrEqual(8);
    });

    it('[P12] a throwing pause fails the pipe with what it threw, and is not called again', async () => {
      const thrown = new Error('pause');
      const pause = vi.fn(() => {
        throw thrown;
      });
      const cancel = vi.fn();
      const { writer, reader } = createPipe(strategy, { highWaterMark: 1, source: { pause, cancel } });
      expect(writer.write(bytes(1))).toBe(false);
      expect(writer.write(bytes(2))).toBe(false);
      expect(await reader.read()).toEqual(bytes(1));
      await expect(reader.read()).rejects.toBe(thrown);
      expect(pause).toHaveBeenCalledTimes(1);
      expect(cancel.mock.calls).toEqual([[thrown]]);
    });

    it('[P12] hooks may call anything: a resume that writes and ends answers the read it came from', async () => {
      const { writer, reader } = createPipe(strategy, {
        highWaterMark: 2,
        source: {
          resume: () => {
            writer.write(bytes(3));
            writer.end();
          },
        },
      });
      writer.write(bytes(1, 2));
      expect(await reader.read({ min: 3 })).toEqual(bytes(1, 2, 3));
      expect(await reader.read()).toBeNull();
    });

    it('[P11] [P12] a source that delivers while it resumes hears pause before its next chunk', () => {
      const heard: string[] = [];
      let isPaused = false;
      const { writer, reader } = createPipe(strategy, {
        highWaterMark: 2,
        maxBuffered: 2,
        source: {
          pause: () => {
            isPaused = true;
            heard.push('pause');
          },
          resume: () => {
            isPaused = false;
            heard.push('resume');
            while (!isPaused) writer.write(bytes(1));
          },
        },
      });
      writer.write(bytes(1, 1));
      for (let round = 0; round < 3; round += 1) reader.tryRead();
      expect(heard.slice(0, 3)).toEqual(['pause', 'resume', 'pause']);
      expect(heard.every((call, index) => call === (index % 2 === 0 ? 'pause' : 'resume'))).toBe(true);
      expect(writer.desiredSize).toBe(0);
    });

    it('[P13] every way of leaving tells the source once, with the reason', async () => {
      const reason = { why: 'left' };
      const ways: [string, (reader: ReturnType<typeof createPipe>['reader']) => unknown, unknown][] = [
        ['cancel(reason)', (reader) => reader.cancel(reason), reason],
        ['cancel()', (reader) => reader.cancel(), expect.objectContaining({ code: 'ERR_PIPE_CANCELLED' })],
        ['cancel(null)', (reader) => reader.cancel(null), null],
        [
          'return()',
          (reader) => reader.values().return?.(),
          expect.objectContaining({ code: 'ERR_PIPE_CANCELLED' }),
        ],
        [
          'throw(reason)',
          (reader) =>
            reader
              .values()
              .throw?.(reason)
              .catch(() => undefined),
          reason,
        ],
        [
          'dispose',
          (reader) => reader[Symbol.asyncDispose](),
          expect.objectContaining({ code: 'ERR_PIPE_CANCELLED' }),
        ],
      ];
      for (const [name, leave, told] of ways) {
        const { calls, source } = spySource();
        const { writer, reader } = createPipe(strategy, { source });
        writer.write(bytes(1, 2));
        await leave(reader);
        reader.cancel('again');
        expect(calls, name).toEqual([told]);
        expect(reader.size, name).toBe(0);
        expect(writer.write(bytes(3)), name).toBe(false);
        expect(await writer.closed, name).toMatchObject({
          outcome: 'cancelled',
          written: 2,
          delivered: 0,
          discarded: 2,
        });
      }
    });

    it('[P13] a signal cancels with its reason: fired before, or later', async () => {
      const { calls, source } = spySource();
      const controller = new AbortController();
      const { writer, reader } = createPipe(strategy, { source, signal: controller.signal });
      const parked = reader.read();
      controller.abort('stop');
      await expect(parked).rejects.toBe('stop');
      expect(await writer.ready()).toBe(false);
      const dead = createPipe(strategy, { source, signal: controller.signal });
      await expect(dead.reader.read()).rejects.toBe('stop');
      expect(calls).toEqual(['stop', 'stop']);
    });

    it('[P6] return() settles a parked next() with done', async () => {
      const { reader } = createPipe(strategy);
      const loop = reader.values();
      const parked = [loop.next(), loop.next()];
      expect(await loop.return?.()).toEqual({ value: undefined, done: true });
      expect(await Promise.all(parked)).toEqual([
        { value: undefined, done: true },
        { value: undefined, done: true },
      ]);
    });

    it('[P12] code run inside the answer of a parked next() meets a pipe that return() has cancelled', async () => {
      const { writer, reader } = createPipe(strategy);
      const loop = reader.values();
      const parked = loop.next();
      const answers: boolean[] = [];
      // The promise machinery looks `then` up on the step it is given, synchronously.
      Object.defineProperty(Object.prototype, 'then', {
        configurable: true,
        get() {
          Reflect.deleteProperty(Object.prototype, 'then');
          answers.push(writer.write(bytes(1)));
          return undefined;
        },
      });
      const left = loop.return?.();
      Reflect.deleteProperty(Object.prototype, 'then');
      expect(answers).toEqual([false]);
      expect(await parked).toEqual({ value: undefined, done: true });
      await left;
    });

    it('[P14] nothing throws at a producer after the reader has left, and what a throwing cancel threw is kept', async () => {
      const { writer, reader } = createPipe(strategy, {
        source: {
          cancel: () => {
            throw new Error('hook');
          },
        },
      });
      reader.cancel();
      expect(writer.write(bytes(1))).toBe(false);
      writer.end();
      writer.fail('late');
      expect(writer.desiredSize).toBeNull();
      expect((await writer.closed).hookError).toMatchObject({ message: 'hook' });
    });

    it('[P12] keeps what a hook threw after it had settled the pipe itself, also for those who asked before', async () => {
      const lost = new Error('hook');
      const pausing = createPipe(strategy, {
        highWaterMark: 1,
        source: {
          pause: () => {
            pausing.reader.cancel();
            throw lost;
          },
        },
      });
      const cancelling = createPipe(strategy, {
        source: {
          cancel: () => {
            expect(() => cancelling.reader.tryRead()).toThrow('cancelled');
            throw lost;
          },
        },
      });
      const asked = [pausing.writer.closed, cancelling.writer.closed];
      pausing.writer.write(bytes(1));
      cancelling.reader.cancel();
      for (const { hookError } of await Promise.all(asked)) expect(hookError).toBe(lost);
    });

    it('throws STATE on a write after end', () => {
      const { writer } = createPipe(strategy);
      writer.end();
      expect(() => writer.write(bytes(1))).toThrow(expect.objectContaining({ code: 'ERR_PIPE_STATE' }));
    });

    it('[P15] holds the body to its declared length', async () => {
      const short = createPipe(strategy, { expectedBytes: 3 });
      short.writer.write(bytes(1, 2));
      short.writer.end();
      expect(await short.reader.read()).toEqual(bytes(1, 2));
      await expect(short.reader.read()).rejects.toMatchObject({
        code: 'ERR_PIPE_LENGTH_MISMATCH',
        expected: 3,
        received: 2,
      });

      const { calls, source } = spySource();
      const long = createPipe(strategy, { expectedBytes: 3, source });
      long.writer.write(bytes(1, 2));
      expect(long.writer.write(bytes(3, 4))).toBe(false);
      expect(calls).toEqual([expect.objectContaining({ code: 'ERR_PIPE_LENGTH_MISMATCH', received: 4 })]);
      expect(await long.reader.read()).toEqual(bytes(1, 2));
      await expect(long.reader.read()).rejects.toBeInstanceOf(PipeError);

      const exact = createPipe(strategy, { expectedBytes: 3 });
      exact.writer.write(bytes(1, 2, 3));
      exact.writer.end();
      expect(await exact.reader.read({ min: 3 })).toEqual(bytes(1, 2, 3));
      expect(await exact.reader.read()).toBeNull();
    });

    it('[P16] peek lends, consume takes, in parts if wanted, and no further than the peek', async () => {
      const { writer, reader } = createPipe(strategy);
      writer.write(bytes(1, 2, 3));
      expect(await reader.peek(3)).toEqual(bytes(1, 2, 3));
      reader.consume(1);
      reader.consume(1);
      expect(() => reader.consume(2)).toThrow(expect.objectContaining({ code: 'ERR_PIPE_STATE', limit: 1 }));
      expect(reader.tryRead()).toEqual(bytes(3));
      expect(() => reader.consume(1)).toThrow(expect.objectContaining({ code: 'ERR_PIPE_STATE', limit: 0 }));
    });

    it('[P16] bytes lent by views() are not read again by another call', async () => {
      const { writer, reader } = createPipe(strategy);
      const views = reader.views({ preventCancel: true });
      writer.write(bytes(1, 2));
      expect((await views.next()).value).toEqual(bytes(1, 2));
      expect(reader.size).toBe(0);
      writer.write(bytes(3));
      expect(reader.tryRead()).toEqual(bytes(3));
      writer.end();
      expect(await views.next()).toEqual({ value: undefined, done: true });
      expect(await writer.closed).toMatchObject({ written: 3, delivered: 3, discarded: 0 });
    });

    it('[P16] bytes lent by views() are not read again after a consume of none', async () => {
      const { writer, reader } = createPipe(strategy);
      const views = reader.views();
      writer.writeCopy(bytes(1, 2));
      expect((await views.next()).value).toEqual(bytes(1, 2));
      reader.consume(0);
      expect(reader.size).toBe(0);
      writer.end();
      expect(await views.next()).toEqual({ value: undefined, done: true });
      expect(await writer.closed).toMatchObject({ written: 2, delivered: 2, discarded: 0 });
    });

    it('a view stays lent when an iterator that is done is left again', async () => {
      const { writer, reader } = createPipe(strategy, { poison: true });
      const left = reader.views({ preventCancel: true });
      await left.return?.();
      writer.writeCopy(bytes(1, 2));
      const views = reader.views();
      const { value } = await views.next();
      await left.return?.();
      // When its loan has ended, poison has revoked it.
      expect(value).toEqual(bytes(1, 2));
    });

    it('a view stays as it was until the next step, whoever cancels meanwhile', async () => {
      const controller = new AbortController();
      const { writer, reader } = createPipe(strategy, { signal: controller.signal });
      const views = reader.views();
      writer.write(bytes(1, 2));
      const { value } = await views.next();
      controller.abort('gone');
      const other = createPipe(strategy);
      other.writer.write(bytes(9, 9));
      expect(value).toEqual(bytes(1, 2));
      await expect(views.next()).rejects.toBe('gone');
      expect(await views.next()).toEqual({ value: undefined, done: true });
    });

    it('[P1] two outstanding next() of views() get both chunks', async () => {
      const { writer, reader } = createPipe(strategy);
      const views = reader.views();
      const first = views.next();
      const second = views.next();
      writer.write(bytes(1));
      writer.write(bytes(2));
      expect([(await first).value, (await second).value]).toEqual([bytes(1), bytes(2)]);
    });

    it('readInto fills the target, waits for min, and answers 0 at the clean end', async () => {
      const { writer, reader } = createPipe(strategy);
      const target = new Uint8Array(4);
      const parked = reader.readInto(target, { min: 3 });
      writer.write(bytes(1, 2));
      writer.write(bytes(3, 4, 5));
      expect(await parked).toBe(4);
      expect(target).toEqual(bytes(1, 2, 3, 4));
      writer.end();
      expect(await reader.readInto(target)).toBe(1);
      expect(await reader.readInto(target)).toBe(0);
      await expect(reader.readInto(new Uint8Array(0))).rejects.toMatchObject({ code: 'ERR_PIPE_ARGUMENT' });
    });

    it('readInto whose target lost its memory while waiting is refused, and no byte is lost', async () => {
      const { writer, reader } = createPipe(strategy);
      const target = new Uint8Array(4);
      const parked = reader.readInto(target);
      structuredClone(target.buffer, { transfer: [target.buffer] });
      writer.write(bytes(1));
      await expect(parked).rejects.toMatchObject({ code: 'ERR_PIPE_ARGUMENT' });
      expect(reader.tryRead()).toEqual(bytes(1));
    });

    it('names the option, the value and the limit of a bad argument', async () => {
      const refused: [PipeOptions, RegExp][] = [
        [{ highWaterMark: -1 }, /highWaterMark is -1/],
        [{ highWaterMark: 1.5 }, /highWaterMark is 1.5/],
        [{ highWaterMark: 4, lowWaterMark: 4 }, /lowWaterMark is 4; it must be below highWaterMark, 4/],
        [{ maxBytes: NaN }, /maxBytes is NaN/],
        [{ expectedBytes: Infinity }, /expectedBytes is Infinity/],
      ];
      for (const [options, message] of refused) expect(() => createPipe(strategy, options)).toThrow(message);
      const { writer, reader } = createPipe(strategy);
      expect(() => writer.write('text' as unknown as Uint8Array)).toThrow(
        /is "text"; it must be a Uint8Array/,
      );
      expect(() => reader.tryRead(0)).toThrow(/max is 0/);
      await expect(reader.read({ min: 3, max: 2 })).rejects.toMatchObject({
        code: 'ERR_PIPE_ARGUMENT',
        value: 3,
        limit: 2,
      });
    });
  });
}

describe('a pipe over a store that breaks its interface', () => {
  /** The array store, with one method replaced. */
  const strategyWith = (change: (store: ByteStore) => Partial<ByteStore>): BufferStrategy => ({
    ...arrayStrategy,
    createStore: () => {
      const store = arrayStrategy.createStore();
      return Object.defineProperties(store, Object.getOwnPropertyDescriptors(change(store)));
    },
  });

  describe('is over while a view of its last bytes is out', () => {
    /** What happens to the store, in order. */
    async function lentLast(mode: 'open' | 'ended') {
      const events: string[] = [];
      const strategy = strategyWith((store) => {
        const [drop, clear] = [store.drop.bind(store), store.clear.bind(store)];
        return {
          drop: (count) => (events.push(`drop ${count}`), drop(count)),
          clear: () => (events.push('clear'), clear()),
        };
      });
      const { writer, reader } = createPipe(strategy);
      const views = reader.views();
      writer.writeCopy(bytes(1, 2));
      await views.next();
      if (mode === 'ended') writer.end();
      return { events, views, reader, writer };
    }

    it('the next step says so before it clears it, so that the memory may serve the next body', async () => {
      const { events, views } = await lentLast('ended');
      expect(events).toEqual([]);
      expect(await views.next()).toEqual({ value: undefined, done: true });
      expect(events).toEqual(['drop 2', 'clear']);
    });

    it('leaving the iteration says nothing: who left may have yet to see that view', async () => {
      const { events, views } = await lentLast('ended');
      await views.return?.();
      expect(events).toEqual(['clear']);
    });

    it('nor does leaving it before the end', async () => {
      const { events, views } = await lentLast('open');
      await views.return?.();
      expect(events).toEqual(['clear']);
    });

    it('the next step after a cancel ends the loan alone: the rest may be memory that is gone', async () => {
      const { events, views, reader, writer } = await lentLast('open');
      writer.writeCopy(bytes(3, 4, 5));
      reader.cancel('enough');
      expect(events).toEqual([]);
      await expect(views.next()).rejects.toBe('enough');
      expect(events).toEqual(['drop 2', 'clear']);
      expect(await writer.closed).toMatchObject({ delivered: 2, discarded: 3 });
    });

    it('is cleared all the same when it fails to end the loan', async () => {
      const lost = new Error('lost');
      let cleared = 0;
      const strategy = strategyWith(() => ({
        drop: () => {
          throw lost;
        },
        clear: () => void (cleared += 1),
      }));
      const { writer, reader } = createPipe(strategy);
      const views = reader.views();
      writer.writeCopy(bytes(1, 2));
      await views.next();
      writer.end();
      expect(await views.next()).toEqual({ value: undefined, done: true });
      expect(cleared).toBe(1);
      expect(await writer.closed).toMatchObject({ outcome: 'ended', delivered: 2, hookError: lost });
    });
  });

  it('[P3] copies nothing out while it holds bytes: the reader sees an error, not the 0 of a clean end', async () => {
    const { writer, reader } = createPipe(strategyWith(() => ({ takeInto: () => 0 })));
    writer.writeCopy(bytes(1, 2));
    writer.end();
    await expect(reader.readInto(new Uint8Array(2))).rejects.toMatchObject({ code: 'ERR_PIPE_STRATEGY' });
    expect(await writer.closed).toMatchObject({ outcome: 'failed', written: 2, delivered: 0, discarded: 2 });
  });

  it('[P3] has lost bytes: the reader sees an error where they are missing, not a clean end', async () => {
    const { writer, reader } = createPipe(
      strategyWith((store) => {
        const take = store.take.bind(store);
        return {
          take: (max) => {
            const front = take(max);
            store.clear();
            return front;
          },
        };
      }),
    );
    writer.writeCopy(bytes(1, 2));
    writer.writeCopy(bytes(3));
    writer.end();
    expect(await reader.read()).toEqual(bytes(1, 2));
    await expect(reader.read()).rejects.toMatchObject({ code: 'ERR_PIPE_STRATEGY' });
    expect(await writer.closed).toMatchObject({ outcome: 'failed', written: 3, delivered: 2, discarded: 1 });
  });

  it.each([
    ['an array', (reader: PipeReader) => reader.read(), { take: () => bytes(1, 2, 3) }],
    ['a count', (reader: PipeReader) => reader.readInto(new Uint8Array(3)), { takeInto: () => 3 }],
    ['a view', (reader: PipeReader) => reader.peek(), { peek: () => bytes(1, 2, 3) }],
  ])('[P1] hands out more than it was given, as %s: an error', async (_what, read, change) => {
    const { writer, reader } = createPipe(strategyWith(() => change));
    writer.writeCopy(bytes(1, 2));
    await expect(read(reader)).rejects.toMatchObject({ code: 'ERR_PIPE_STRATEGY', value: 3, limit: 2 });
    expect(await writer.closed).toMatchObject({ outcome: 'failed', written: 2, delivered: 0, discarded: 2 });
  });

  it('[P11] weighs more once it has lent: the source is told', async () => {
    let lentCost = 0;
    const strategy = strategyWith((store) => {
      const peek = store.peek.bind(store);
      return {
        get cost() {
          return store.size + lentCost;
        },
        peek: (min) => {
          lentCost = 100;
          return peek(min);
        },
      };
    });
    const marks: string[] = [];
    const source = { pause: () => void marks.push('pause') };
    const { writer, reader } = createPipe(strategy, { highWaterMark: 100, source });
    writer.writeCopy(bytes(1, 2));
    expect(marks).toEqual([]);
    await reader.views().next();
    expect(marks).toEqual(['pause']);
  });

  it('[P6] throws from clear: everybody is answered, and what it threw is kept', async () => {
    const lost = new Error('lost');
    const strategy = strategyWith(() => ({
      clear: () => {
        throw lost;
      },
    }));
    const ended = createPipe(strategy);
    const last = ended.reader.read();
    ended.writer.end();
    expect(await last).toBeNull();
    expect(await ended.writer.closed).toMatchObject({ outcome: 'ended', hookError: lost });

    const reasons: unknown[] = [];
    const left = createPipe(strategy, { source: { cancel: (reason) => reasons.push(reason) } });
    left.writer.writeCopy(bytes(1));
    const waiting = left.reader.read({ min: 2 });
    left.reader.cancel('gone');
    await expect(waiting).rejects.toBe('gone');
    expect(reasons).toEqual(['gone']);
    expect(await left.writer.closed).toMatchObject({ outcome: 'cancelled', discarded: 1, hookError: lost });
  });

  it('[P1] throws after it has removed bytes: they count as discarded, and the sums stay right', async () => {
    const lost = new Error('lost');
    const { writer, reader } = createPipe(
      strategyWith((store) => {
        const take = store.take.bind(store);
        return {
          take: () => {
            take(1);
            throw lost;
          },
        };
      }),
    );
    writer.writeCopy(bytes(1, 2, 3));
    await expect(reader.read()).rejects.toBe(lost);
    expect(await writer.closed).toMatchObject({ outcome: 'failed', written: 3, delivered: 0, discarded: 3 });
  });
});
