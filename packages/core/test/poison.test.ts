import { Buffer } from 'node:buffer';
import { closeSync, openSync, writeSync } from 'node:fs';
import { devNull } from 'node:os';
import { afterAll, describe, expect, it } from 'vitest';
import { createPipe, type Pipe, type PipeOptions } from '../src/index.ts';
import type { BufferStrategy } from '../src/strategy.ts';
import { arrayStrategy, fixedArrayStrategy } from './array-strategy.ts';

const poisoned = (strategy: BufferStrategy, options?: PipeOptions): Pipe =>
  createPipe(strategy, { highWaterMark: 16, maxBuffered: Infinity, ...options, poison: true });

const nowhere = openSync(devNull, 'w');
afterAll(() => closeSync(nowhere));

/** Everything one does with a chunk: each must throw once the chunk is somebody else's. */
const uses: Record<string, (chunk: Uint8Array) => unknown> = {
  length: (chunk) => chunk.length,
  byteLength: (chunk) => chunk.byteLength,
  buffer: (chunk) => chunk.buffer,
  'an index that is not a number': (chunk) => Reflect.get(chunk, 'first'),
  'a property that is set': (chunk) => Reflect.set(chunk, 'note', 1),
  'a property that is looked for': (chunk) => 'note' in chunk,
  set: (chunk) => chunk.set([1]),
  subarray: (chunk) => chunk.subarray(0, 1),
  slice: (chunk) => chunk.slice(0, 1),
  fill: (chunk) => chunk.fill(0),
  at: (chunk) => chunk.at(0),
  join: (chunk) => chunk.join(),
  'a for loop': (chunk) => {
    for (const byte of chunk) return byte;
    return undefined;
  },
  spread: (chunk) => [...chunk],
  'Array.from': (chunk) => Array.from(chunk),
  'Buffer.from': (chunk) => Buffer.from(chunk),
  writeSync: (chunk) => writeSync(nowhere, chunk),
  Blob: (chunk) => new Blob([chunk as Uint8Array<ArrayBuffer>]),
  'a string of it': (chunk) => chunk.toString(),
  'the value in a template': (chunk) => `${Reflect.get(chunk, Symbol.toPrimitive)}`,
};

/** The uses of `chunk` that poison did not refuse. */
function survivors(chunk: Uint8Array): string[] {
  return Object.keys(uses).filter((name) => {
    try {
      uses[name]!(chunk);
      return true;
    } catch (error) {
      return (error as { code?: unknown }).code !== 'ERR_PIPE_STATE';
    }
  });
}

const isDetached = (buffer: ArrayBuffer): boolean => buffer.byteLength === 0;

/** `length` bytes that tell where they are from. */
const pattern = (start: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (start + index) % 251);

async function collect(views: AsyncIterable<Uint8Array>): Promise<number[]> {
  const all: number[] = [];
  for await (const view of views) all.push(...view);
  return all;
}

describe('what the uses below mean', () => {
  it("none of them is refused on a chunk that is still its owner's", () => {
    expect(survivors(Uint8Array.of(1, 2, 3))).toEqual(Object.keys(uses));
  });
});

for (const strategy of [arrayStrategy, fixedArrayStrategy]) {
  describe(`poison over ${strategy.name}`, () => {
    it('refuses every use of a chunk after write', () => {
      const { writer } = poisoned(strategy);
      for (const chunk of [Uint8Array.of(1, 2, 3), Buffer.alloc(40, 1), Buffer.from('from the pool')]) {
        writer.write(chunk);
        expect(survivors(chunk)).toEqual([]);
      }
    });

    it('refuses a chunk that is written again, and keeps the pipe as it was', async () => {
      const { writer, reader } = poisoned(strategy);
      const chunk = Uint8Array.of(1, 2, 3);
      writer.write(chunk);
      const refused = expect.objectContaining({ code: 'ERR_PIPE_STATE' }) as Error;
      expect(() => writer.write(chunk)).toThrow(refused);
      expect(() => writer.writeCopy(chunk)).toThrow(refused);
      writer.end();
      expect(await reader.read()).toEqual(Uint8Array.of(1, 2, 3));
      expect(await reader.read()).toBeNull();
    });

    it('says what was done with the memory', () => {
      const { writer, reader } = poisoned(strategy);
      const chunk = Uint8Array.of(1);
      writer.write(chunk);
      expect(() => chunk.length).toThrow('"length" of memory that was given to the pipe');
      const view = reader.tryPeek()!;
      reader.consume(1);
      expect(() => view.length).toThrow('"length" of memory that was lent, and its loan has ended');
    });

    it('detaches a chunk, so that an index and what reads memory natively find nothing', () => {
      const { writer } = poisoned(strategy);
      const chunk = Uint8Array.of(65, 66, 67);
      const { buffer } = chunk;
      writer.write(chunk);
      expect(isDetached(buffer)).toBe(true);
      // The language's hole: a bare index never asks the prototype, nor does TextDecoder.
      expect(chunk[0]).toBeUndefined();
      expect(new TextDecoder().decode(chunk)).toBe('');
      expect(() => new Uint8Array(chunk)).toThrow(TypeError);
      expect(() => new Uint8Array(3).set(chunk)).toThrow(TypeError);
      expect(() => structuredClone(chunk)).toThrow('detached');
    });

    it('overwrites a pooled chunk and leaves the neighbours in its slab alone', async () => {
      const slab = new ArrayBuffer(64);
      const before = new Uint8Array(slab, 0, 16).fill(1);
      const chunk = new Uint8Array(slab, 16, 32).fill(2);
      const after = new Uint8Array(slab, 48).fill(3);
      const { writer, reader } = poisoned(strategy);
      writer.write(chunk);
      writer.end();
      expect(isDetached(slab)).toBe(false);
      expect(before).toEqual(new Uint8Array(16).fill(1));
      expect(after).toEqual(new Uint8Array(16).fill(3));
      expect(new Uint8Array(slab, 16, 32)).toEqual(new Uint8Array(32).fill(0xee));
      expect(chunk[0]).toBe(0xee);
      expect(await collect(reader)).toEqual(Array.from({ length: 32 }, () => 2));
    });

    it('leaves other pooled Buffers readable', async () => {
      const canaries = [Buffer.from('left'), Buffer.from('middle'), Buffer.from('right')];
      const [left, middle, right] = canaries as [Buffer, Buffer, Buffer];
      const { writer, reader } = poisoned(strategy);
      const isPooled = middle.buffer === right.buffer;
      writer.write(middle);
      writer.end();
      expect(isPooled).toBe(true);
      expect([left.toString(), right.toString()]).toEqual(['left', 'right']);
      expect(isDetached(right.buffer as ArrayBuffer)).toBe(false);
      expect(Buffer.from(await collect(reader)).toString()).toBe('middle');
    });

    it('overwrites memory that cannot be detached', async () => {
      const { buffer } = new WebAssembly.Memory({ initial: 1 });
      const chunk = new Uint8Array(buffer).fill(7);
      const { writer, reader } = poisoned(strategy, { highWaterMark: 65_536 });
      writer.write(chunk);
      writer.end();
      expect(new Uint8Array(buffer).every((byte) => byte === 0xee)).toBe(true);
      expect(survivors(chunk)).toEqual([]);
      expect((await collect(reader)).every((byte) => byte === 7)).toBe(true);
    });

    it('overwrites a chunk of shared memory', async () => {
      const chunk = new Uint8Array(new SharedArrayBuffer(4)).fill(7);
      const bare = new Uint8Array(chunk.buffer);
      const { writer, reader } = poisoned(strategy);
      writer.write(chunk);
      writer.end();
      expect(survivors(chunk)).toEqual([]);
      expect([...bare]).toEqual([0xee, 0xee, 0xee, 0xee]);
      expect(await collect(reader)).toEqual([7, 7, 7, 7]);
    });

    it("leaves the memory of writeCopy the caller's", async () => {
      const { writer, reader } = poisoned(strategy);
      const chunk = pattern(0, 40);
      writer.writeCopy(chunk);
      expect(survivors(chunk)).toEqual(Object.keys(uses));
      chunk.fill(9);
      writer.writeCopy(chunk);
      writer.end();
      expect(await collect(reader)).toEqual([...pattern(0, 40), ...new Uint8Array(40).fill(9)]);
    });

    const ends: Record<string, (pipe: Pipe) => unknown> = {
      consume: ({ reader }) => reader.consume(1),
      tryRead: ({ reader }) => reader.tryRead(1),
      read: ({ reader }) => reader.read({ max: 1 }),
      readInto: ({ reader }) => reader.readInto(new Uint8Array(1)),
      'another peek': ({ reader }) => reader.peek(),
      'another tryPeek': ({ reader }) => reader.tryPeek(2),
      'a tryPeek that has to wait': ({ reader }) => reader.tryPeek(1000),
      'the step of an iterator': ({ reader }) => reader.values().next(),
      'the step of a borrowing iterator': ({ reader }) => reader.views().next(),
      cancel: ({ reader }) => {
        reader.cancel();
      },
    };
    for (const [name, end] of Object.entries(ends)) {
      it(`refuses every use of a peeked view after ${name}`, async () => {
        const pipe = poisoned(strategy);
        pipe.writer.write(pattern(0, 40));
        const view = pipe.reader.tryPeek()!;
        expect(view.length).toBeGreaterThan(0);
        expect(view[0]).toBe(0);
        await end(pipe);
        expect(survivors(view)).toEqual([]);
        expect(view[0]).toBeUndefined();
      });
    }

    it('keeps a peeked view whole while the producer writes, ends and fails', () => {
      const { writer, reader } = poisoned(strategy);
      writer.write(pattern(0, 40));
      const view = reader.tryPeek(40)!;
      writer.write(pattern(40, 40));
      writer.writeCopy(pattern(80, 40));
      writer.fail(new Error('lost'));
      expect([...view.subarray(0, 40)]).toEqual([...pattern(0, 40)]);
    });

    it('hands out a throw-away copy: scribbling on a peeked view changes no byte', () => {
      const { writer, reader } = poisoned(strategy);
      writer.write(Uint8Array.of(1, 2, 3));
      reader.tryPeek()!.fill(9);
      expect(reader.tryRead()).toEqual(Uint8Array.of(1, 2, 3));
    });

    it('refuses every use of a view of views() after the next step', async () => {
      const { writer, reader } = poisoned(strategy);
      for (let start = 0; start < 120; start += 40) writer.write(pattern(start, 40));
      writer.end();
      const kept: Uint8Array[] = [];
      const all: number[] = [];
      for await (const view of reader.views()) {
        for (const old of kept) expect(survivors(old)).toEqual([]);
        all.push(...view);
        kept.push(view);
      }
      expect(all).toEqual([...pattern(0, 120)]);
      expect(kept.length).toBeGreaterThan(1);
      expect(survivors(kept.at(-1)!)).toEqual([]);
    });

    it('refuses every use of a view of views() after the loop was left', async () => {
      for (const preventCancel of [false, true]) {
        const { writer, reader } = poisoned(strategy);
        writer.write(pattern(0, 40));
        let kept: Uint8Array | undefined;
        for await (const view of reader.views({ preventCancel })) {
          kept = view;
          expect(view.length).toBeGreaterThan(0);
          break;
        }
        expect(survivors(kept!)).toEqual([]);
      }
    });

    it("leaves what was read the consumer's for ever", async () => {
      const { writer, reader } = poisoned(strategy);
      const expected = pattern(0, 240);
      for (let start = 0; start < 240; start += 40) writer.write(pattern(start, 40));
      writer.end();
      const target = new Uint8Array(40);
      const chunks = [(await reader.read({ min: 40, max: 40 }))!, reader.tryRead(30)!];
      await reader.readInto(target, { min: 1 });
      for await (const chunk of reader) chunks.push(chunk);
      const filled = expected.length - chunks.reduce((sum, chunk) => sum + chunk.length, 0);
      chunks.splice(2, 0, target.subarray(0, filled));
      expect(chunks.flatMap((chunk) => [...chunk])).toEqual([...expected]);
      // Last, because some of the uses write.
      for (const chunk of chunks) expect(survivors(chunk)).toEqual(Object.keys(uses));
    });

    it('delivers bytes exact, however chunks spill and however they are read', async () => {
      const { writer, reader } = poisoned(strategy, { highWaterMark: 7 });
      const sizes = [3, 6, 7, 8, 4095, 4096, 4097, 9000, 2];
      const all: number[] = [];
      let written = 0;
      for (const size of sizes) {
        if (size % 2 === 0) writer.write(pattern(written, size));
        else writer.writeCopy(pattern(written, size));
        written += size;
        all.push(...reader.tryPeek(2)!.subarray(0, 2));
        reader.consume(2);
        if (reader.size > 5000) all.push(...(await reader.read({ min: 4500, max: 5000 }))!);
      }
      writer.end();
      all.push(...(await collect(reader.views())));
      expect(all).toEqual([...pattern(0, written)]);
    });
  });
}
