import { createPipe, type PipeReader } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { ObservedReader } from '../src/watch/observed-reader.ts';
import { everyStrategy } from './every-strategy.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array | null | undefined): string => new TextDecoder().decode(bytes ?? undefined);

const everyWayOfReading: Readonly<Record<string, (reader: PipeReader) => Promise<string>>> = {
  read: async (reader) => textOf(await reader.read()),
  readInto: async (reader) => {
    const target = new Uint8Array(10);
    return textOf(target.subarray(0, await reader.readInto(target)));
  },
  'peek and consume': async (reader) => {
    const text = textOf((await reader.peek())?.slice());
    reader.consume(text.length);
    return text;
  },
  values: async (reader) => textOf((await reader.values({ preventCancel: true }).next()).value),
  views: async (reader) => textOf((await reader.views({ preventCancel: true }).next()).value),
  'for await': async (reader) => textOf((await reader[Symbol.asyncIterator]().next()).value),
};

describe.each(everyStrategy)('a reader under observation, over $name', (strategy) => {
  const observed = () => {
    const seen: (string | number)[] = [];
    const pipe = createPipe(strategy);
    const reader = new ObservedReader(pipe.reader, {
      onWaiting: (isWaiting) => seen.push(isWaiting ? 'waits' : 'goes on'),
      onDelivered: (bytes) => seen.push(bytes),
    });
    return { seen, writer: pipe.writer, reader };
  };

  it.each<[string, (reader: ObservedReader, views: AsyncIterator<Uint8Array>) => unknown, number]>([
    ['the next step', (_, views) => views.next(), 4],
    ['leaving', (_, views) => views.return?.(), 4],
    ['leaving with a reason', (_, views) => views.throw?.(new Error('over')).catch(() => {}), 4],
    ['tryRead', (reader) => reader.tryRead(4), 0],
    ['read', (reader) => reader.read({ max: 4 }), 0],
    ['readInto', (reader) => reader.readInto(new Uint8Array(4)), 0],
    ['peek', (reader) => reader.peek(), 4],
    ['tryPeek', (reader) => reader.tryPeek(), 4],
  ])('holds what views() has lent until %s', async (_, end, heldAfter) => {
    const { writer, reader } = observed();
    writer.write(bytesOf('lent'));
    const views = reader.views({ preventCancel: true });
    await views.next();
    expect([reader.size, reader.heldBytes]).toEqual([0, 4]);
    writer.write(bytesOf('more'));
    expect([reader.size, reader.heldBytes]).toEqual([4, 8]);
    await end(reader, views);
    expect(reader.heldBytes).toBe(heldAfter);
  });

  describe.each(Object.entries(everyWayOfReading))('by %s', (_, read) => {
    it('is seen to get bytes that are there, without waiting', async () => {
      const { seen, writer, reader } = observed();
      writer.write(bytesOf('there'));
      expect(await read(reader)).toBe('there');
      expect(seen).toEqual([5]);
    });

    it('is seen to wait, to go on, and to get the bytes', async () => {
      const { seen, writer, reader } = observed();
      const reading = read(reader);
      expect(seen).toEqual(['waits']);
      writer.write(bytesOf('later'));
      expect(await reading).toBe('later');
      expect(seen).toEqual(['waits', 'goes on', 5]);
    });

    it('is seen to wait no more when the pipe fails, and gets the reason itself', async () => {
      const { seen, writer, reader } = observed();
      const reason = new Error('broken');
      const reading = read(reader);
      writer.fail(reason);
      await expect(reading).rejects.toBe(reason);
      expect(seen).toEqual(['waits', 'goes on']);
    });
  });

  it('tells what is there and takes it without waiting', () => {
    const { seen, writer, reader } = observed();
    expect([reader.size, reader.tryRead(), reader.tryPeek()]).toEqual([0, undefined, undefined]);
    writer.write(bytesOf('abc'));
    expect([reader.size, textOf(reader.tryPeek()), textOf(reader.tryRead(2)), reader.size]).toEqual([
      3,
      'abc',
      'ab',
      1,
    ]);
    reader.tryRead();
    writer.end();
    expect(reader.tryRead()).toBeNull();
    expect(seen).toEqual([2, 1]);
  });

  it('waits for as many bytes as were asked for', async () => {
    const { seen, writer, reader } = observed();
    writer.write(bytesOf('ab'));
    const reading = reader.read({ min: 3, max: 3 });
    expect(seen).toEqual(['waits']);
    writer.write(bytesOf('cd'));
    expect(textOf(await reading)).toBe('abc');
    expect(seen).toEqual(['waits', 'goes on', 3]);
  });

  it('cancels with the reason that was given, with one of the pipe when none was, and when it is disposed of', async () => {
    const reason = new Error('enough');
    const first = observed();
    first.reader.cancel(reason);
    expect(await first.writer.closed).toMatchObject({ outcome: 'cancelled', reason });
    const second = observed();
    second.reader.cancel();
    expect(await second.writer.closed).toMatchObject({ reason: { code: 'ERR_PIPE_CANCELLED' } });
    const third = observed();
    await third.reader[Symbol.asyncDispose]();
    expect(await third.writer.closed).toMatchObject({ outcome: 'cancelled' });
  });

  it('cancels when a loop over it is left, even while it waits', async () => {
    const { seen, writer, reader } = observed();
    const iterator = reader.values();
    const parked = iterator.next();
    await iterator.return?.();
    expect((await parked).done).toBe(true);
    expect(await writer.closed).toMatchObject({ outcome: 'cancelled' });
    expect(seen).toEqual(['waits', 'goes on']);
  });
});
