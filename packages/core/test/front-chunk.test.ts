import { describe, expect, it } from 'vitest';
import { createPipe, type Pipe, type PipeOptions } from '../src/index.ts';
import type { BufferStrategy, ByteStore } from '../src/strategy.ts';
import { arrayStrategy, fixedArrayStrategy } from './array-strategy.ts';

/** A strategy that notes what its store is given. */
function watched(strategy: BufferStrategy, change: (store: ByteStore) => Partial<ByteStore> = () => ({})) {
  const puts: number[][] = [];
  const spied: BufferStrategy = {
    ...strategy,
    createStore: (options) => {
      const store = strategy.createStore(options);
      const put = store.put.bind(store);
      return Object.defineProperties(store, {
        ...Object.getOwnPropertyDescriptors({
          put: (chunk: Uint8Array, owned: boolean): number => {
            puts.push([...chunk]);
            return put(chunk, owned);
          },
        }),
        ...Object.getOwnPropertyDescriptors(change(store)),
      });
    },
  };
  return { spied, puts };
}

function pipeOf(options?: PipeOptions, strategy = arrayStrategy): Pipe & { puts: number[][] } {
  const { spied, puts } = watched(strategy);
  return { ...createPipe(spied, options), puts };
}

const filled = (length: number, value: number): Uint8Array<ArrayBuffer> => new Uint8Array(length).fill(value);

describe('a given chunk that finds the store empty', () => {
  it('reaches the reader as it is, and never the store', () => {
    const { writer, reader, puts } = pipeOf();
    const chunk = filled(100, 7);
    writer.write(chunk);
    expect(reader.size).toBe(100);
    expect(reader.tryRead()).toBe(chunk);
    expect(puts).toEqual([]);
  });

  it('reaches a reader that waits the same way, again and again', async () => {
    const { writer, reader, puts } = pipeOf();
    for (const value of [1, 2, 3]) {
      const reading = reader.read();
      const chunk = filled(200, value);
      writer.write(chunk);
      expect(await reading).toBe(chunk);
    }
    expect(puts).toEqual([]);
  });

  it('is copied when it is short, since a copy is cheaper', () => {
    const { writer, reader, puts } = pipeOf();
    const chunk = filled(64, 7);
    writer.write(chunk);
    const read = reader.tryRead();
    expect(read).toEqual(chunk);
    expect(read).not.toBe(chunk);
    expect(puts).toEqual([]);
  });

  it('is put in the store, first, when another one comes [P1]', () => {
    const { writer, reader, puts } = pipeOf();
    writer.write(filled(2, 1));
    writer.write(filled(3, 2));
    expect(puts).toEqual([
      [1, 1],
      [2, 2, 2],
    ]);
    expect(reader.tryRead(5)).toEqual(Uint8Array.of(1, 1));
    expect(reader.tryRead(5)).toEqual(Uint8Array.of(2, 2, 2));
  });

  it('is put there without what was read of it', () => {
    const { writer, reader, puts } = pipeOf();
    writer.write(filled(100, 1));
    reader.tryRead(98);
    writer.writeCopy(Uint8Array.of(2));
    expect(puts).toEqual([[1, 1], [2]]);
  });

  it('spills behind a fixed store that is smaller [P1]', async () => {
    const { writer, reader, puts } = pipeOf({ highWaterMark: 4 }, fixedArrayStrategy);
    writer.write(Uint8Array.of(1, 2, 3, 4, 5, 6));
    writer.write(Uint8Array.of(7, 8));
    expect(puts[0]).toEqual([1, 2, 3, 4, 5, 6]);
    writer.end();
    const got: number[] = [];
    for await (const chunk of reader) got.push(...chunk);
    expect(got).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it.each([
    ['shows less than half of its memory', (): Uint8Array => new Uint8Array(new ArrayBuffer(400), 0, 100)],
    ['shows half of its memory', (): Uint8Array => new Uint8Array(new ArrayBuffer(200), 0, 100)],
    ['may be resized', (): Uint8Array => new Uint8Array(new ArrayBuffer(100, { maxByteLength: 200 }))],
    ['is shared', (): Uint8Array => new Uint8Array(new SharedArrayBuffer(100))],
  ])('goes into the store at once when its memory %s [S8] [S10]', (_what, make) => {
    const { writer, puts } = pipeOf();
    writer.write(make());
    expect(puts).toHaveLength(1);
  });

  it('is copied at once when its memory hides more than 16 KiB: past the store, since it is long [S5] [S10]', () => {
    const { writer, reader, puts } = pipeOf();
    writer.write(new Uint8Array(new ArrayBuffer(80_000), 0, 60_000));
    expect([puts.length, reader.tryRead()?.buffer.byteLength]).toEqual([0, 60_000]);
  });

  it('goes into the store at once when it is not given', () => {
    const { writer, puts } = pipeOf();
    writer.writeCopy(filled(100, 1));
    expect(puts).toHaveLength(1);
  });

  it('counts with all its memory, and moves to memory of its own when little of it is left', () => {
    const { writer, reader } = pipeOf({ highWaterMark: 300_000 });
    writer.write(new Uint8Array(new ArrayBuffer(100_000), 0, 90_000));
    expect(writer.desiredSize).toBe(200_000);
    reader.tryRead(40_000);
    expect(writer.desiredSize).toBe(200_000);
    reader.tryRead(9000);
    expect(writer.desiredSize).toBe(300_000 - 41_000);
    expect(reader.tryRead()).toHaveLength(41_000);
    expect(writer.desiredSize).toBe(300_000);
  });

  it('leaves in one part more than half of its memory as a view, less as a copy [S10]', () => {
    const parts = [99, 101].map((gone) => {
      const { writer, reader } = pipeOf();
      const chunk = filled(200, 1);
      writer.write(chunk);
      reader.tryRead(gone);
      return reader.tryRead()?.buffer === chunk.buffer;
    });
    expect(parts).toEqual([true, false]);
  });

  it('stays lent while another one comes, and can still be consumed [S4]', () => {
    const { writer, reader, puts } = pipeOf();
    writer.write(filled(100, 1));
    const view = reader.tryPeek();
    writer.write(filled(2, 2));
    expect(puts).toEqual([Array.from({ length: 100 }, () => 1), [2, 2]]);
    expect(view).toEqual(filled(100, 1));
    reader.consume(99);
    expect(reader.size).toBe(3);
    expect(reader.tryRead()).toEqual(Uint8Array.of(1));
  });

  it('is not copied after views() has lent all of it', async () => {
    const { writer, reader, puts } = pipeOf();
    const views = reader.views();
    const chunks = [filled(100, 1), filled(100, 2)];
    writer.write(chunks[0]!);
    expect((await views.next()).value).toBe(chunks[0]);
    writer.write(chunks[1]!);
    expect(chunks[0]).toEqual(filled(100, 1));
    expect((await views.next()).value).toBe(chunks[1]);
    expect(puts).toEqual([]);
    writer.end();
    expect(await views.next()).toEqual({ value: undefined, done: true });
    expect(await writer.closed).toMatchObject({ written: 200, delivered: 200, discarded: 0 });
  });

  it('is reported when it is detached before it was read [S8]', async () => {
    const { writer, reader } = pipeOf();
    const chunk = filled(100, 1);
    writer.write(chunk);
    structuredClone(chunk.buffer, { transfer: [chunk.buffer] });
    await expect(reader.read()).rejects.toMatchObject({ code: 'ERR_PIPE_DETACHED' });
    expect(await writer.closed).toMatchObject({
      outcome: 'failed',
      written: 100,
      delivered: 0,
      discarded: 100,
    });
  });

  it('shares its memory with no other that is handed out [S3] [P18]', async () => {
    const { writer, reader } = pipeOf();
    const memory = new ArrayBuffer(200);
    writer.write(new Uint8Array(memory, 0, 100).fill(1));
    const first = await reader.read();
    writer.write(new Uint8Array(memory, 100).fill(2));
    const second = await reader.read();
    structuredClone(first!.buffer, { transfer: [first!.buffer as ArrayBuffer] });
    expect(second).toEqual(filled(100, 2));
  });

  it('is consumed like any other when it is detached while it is lent', () => {
    const { writer, reader } = pipeOf();
    const chunk = filled(100_000, 1);
    writer.write(chunk);
    reader.tryPeek();
    structuredClone(chunk.buffer, { transfer: [chunk.buffer] });
    reader.consume(95_000);
    expect(reader.size).toBe(5000);
    expect(() => reader.tryRead()).toThrow(expect.objectContaining({ code: 'ERR_PIPE_DETACHED' }));
  });

  it('is still delivered when the store throws as it is put there [P1] [P2]', async () => {
    const lost = new Error('no memory');
    const { spied } = watched(arrayStrategy, () => ({
      put: () => {
        throw lost;
      },
    }));
    const { writer, reader } = createPipe(spied);
    const chunk = filled(100, 1);
    writer.write(chunk);
    expect(writer.write(filled(100, 2))).toBe(false);
    expect(await reader.read()).toBe(chunk);
    await expect(reader.read()).rejects.toBe(lost);
    expect(await writer.closed).toMatchObject({ outcome: 'failed', written: 100, delivered: 100 });
  });

  it('is let go of by a cancel, with the store behind it [P13]', () => {
    let cleared = 0;
    const { spied } = watched(arrayStrategy, (store) => {
      const clear = store.clear.bind(store);
      return {
        clear: () => {
          cleared += 1;
          clear();
        },
      };
    });
    const { writer, reader } = createPipe(spied);
    writer.write(filled(100, 1));
    reader.cancel();
    expect(cleared).toBe(1);
    expect(reader.size).toBe(0);
  });

  it('is none of the store’s business when it is lent as the body ends', async () => {
    const events: string[] = [];
    const { spied } = watched(arrayStrategy, () => ({
      drop: (count) => void events.push(`drop ${count}`),
      clear: () => void events.push('clear'),
    }));
    const { writer, reader } = createPipe(spied);
    const views = reader.views();
    const chunk = filled(100, 1);
    writer.write(chunk);
    expect((await views.next()).value).toBe(chunk);
    writer.end();
    expect(events).toEqual(['clear']);
    expect(await views.next()).toEqual({ value: undefined, done: true });
    expect(events).toEqual(['clear']);
  });
});

describe('with a strategy that takes chunks itself', () => {
  const taking: BufferStrategy = { ...arrayStrategy, traits: { ...arrayStrategy.traits, put: 'takes' } };

  it('the first chunk of a body waits in front, and is put in the store when another one comes', () => {
    const { writer, reader, puts } = pipeOf({}, taking);
    const chunk = filled(100, 1);
    writer.write(chunk);
    expect(puts).toEqual([]);
    writer.write(filled(2, 2));
    expect(puts).toEqual([[...chunk], [2, 2]]);
    expect(reader.tryRead()).toEqual(chunk);
  });

  it('so does one that somebody waits for', async () => {
    const { writer, reader, puts } = pipeOf({}, taking);
    for (const value of [1, 2, 3]) {
      const reading = reader.read();
      const chunk = filled(100, value);
      writer.write(chunk);
      expect(await reading).toBe(chunk);
    }
    expect(puts).toEqual([]);
  });

  it('any other goes into the store at once', () => {
    const { writer, reader, puts } = pipeOf({}, taking);
    writer.write(filled(100, 1));
    reader.tryRead();
    writer.write(filled(2, 2));
    expect(puts).toEqual([[2, 2]]);
  });
});

describe('a given chunk that does not wait in front', () => {
  it('is one for a strategy whose bytes are to lie in shared memory', () => {
    const traits = { ...arrayStrategy.traits, shared: true };
    const { writer, puts } = pipeOf(undefined, { ...arrayStrategy, traits });
    writer.write(filled(100, 1));
    expect(puts).toHaveLength(1);
  });

  it('is one that is poisoned', () => {
    const { writer, puts } = pipeOf({ poison: true });
    writer.write(filled(100, 1));
    expect(puts).toHaveLength(1);
  });
});
