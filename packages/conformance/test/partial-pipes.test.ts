import type { BufferStrategy, Pipe, PipeOptions } from '@millrace/core';
import { describe, expect, test } from 'vitest';
import { conformance } from '../src/conformance.ts';
import type { LawId } from '../src/laws.ts';
import type { PipeFeature } from '../src/pipe-laws/pipe-features.ts';
import type { Result, Status } from '../src/result.ts';
import { createPlainPipe } from './pipes/plain-pipe.ts';
import { listStrategy } from './stores/list-store.ts';

/** What most libraries are: something to push into, and an iterator. */
const iteratorAlone: readonly PipeFeature[] = ['fail', 'return'];
const claims: readonly LawId[] = ['P1', 'P2', 'P3', 'P4', 'P6', 'P7', 'P13', 'P14'];

const missing = (): never => {
  throw new TypeError('there is no such call here');
};

/** A sound pipe with nothing but writes, ends, failures and one iterator that ends as `for await` ends it. */
function createPartialPipe(strategy: BufferStrategy, options?: PipeOptions): Pipe {
  // Without P10 nothing is said about a limit, so it has none.
  const { writer, reader } = createPlainPipe(strategy, { ...options, maxBuffered: 1_000_000 });
  const values = (): AsyncIterableIterator<Uint8Array> => {
    const iterator = reader.values();
    return {
      next: () => iterator.next(),
      return: () => iterator.return?.() ?? missing(),
      [Symbol.asyncIterator]: missing,
    };
  };
  return {
    writer: {
      write: (chunk) => writer.write(chunk),
      end: () => writer.end(),
      fail: (reason) => writer.fail(reason),
      get desiredSize() {
        return null;
      },
      get closed() {
        return missing();
      },
      writeCopy: missing,
      ready: missing,
    },
    reader: {
      values,
      get size() {
        return missing();
      },
      tryRead: missing,
      read: missing,
      readInto: missing,
      peek: missing,
      tryPeek: missing,
      consume: missing,
      views: missing,
      cancel: missing,
      [Symbol.asyncIterator]: missing,
      [Symbol.asyncDispose]: missing,
    },
  };
}

type Change = (pipe: Pipe, options: PipeOptions | undefined) => Pipe;

async function statuses(change: Change = (pipe) => pipe): Promise<Partial<Record<LawId, Status>>> {
  const cases = conformance(listStrategy, {
    createPipe: (strategy, options) => change(createPartialPipe(strategy, options), options),
    claims,
    supports: iteratorAlone,
  });
  const found: Partial<Record<LawId, Status>> = {};
  for (const one of cases.filter(({ law }) => law.startsWith('P'))) {
    const { status } = await one.run();
    if (status !== 'not-claimed') found[one.law] = status;
  }
  return found;
}

function withNext(
  pipe: Pipe,
  next: (iterator: AsyncIterableIterator<Uint8Array>) => Promise<IteratorResult<Uint8Array, unknown>>,
): Pipe {
  const values = (): AsyncIterableIterator<Uint8Array> => {
    const iterator = pipe.reader.values();
    return { ...iterator, next: () => next(iterator), [Symbol.asyncIterator]: missing };
  };
  // Not spread: that would read the figures.
  const changed = Object.getOwnPropertyDescriptors({ values });
  return { ...pipe, reader: Object.create(pipe.reader, changed) as Pipe['reader'] };
}

describe('a pipe with nothing but an iterator', () => {
  test('keeps what it claims, and none of the calls it lacks is asked for', async () => {
    expect(await statuses()).toEqual(Object.fromEntries(claims.map((law) => [law, 'pass'])));
  });

  test('[P1] is caught when it loses bytes', async () => {
    const { P1 } = await statuses((pipe) => {
      let count = 0;
      return withNext(pipe, async (iterator) => {
        const result = await iterator.next();
        return (count += 1) % 2 === 0 && result.done !== true ? iterator.next() : result;
      });
    });
    expect(P1).toBe('fail');
  });

  test('[P3] is caught when it ends cleanly after a failure', async () => {
    const { P3 } = await statuses((pipe) =>
      withNext(pipe, (iterator) => iterator.next().catch(() => ({ done: true, value: undefined }))),
    );
    expect(P3).toBe('fail');
  });

  test('[P6] is caught when the end reaches nobody', async () => {
    const { P6 } = await statuses((pipe) =>
      withNext(pipe, async (iterator) => {
        const result = await iterator.next();
        return result.done === true ? new Promise(() => undefined) : result;
      }),
    );
    expect(P6).toBe('fail');
  });

  test('[P13] is caught when the source is not told that the reader has left', async () => {
    const { P13 } = await statuses((_, options) => {
      const { source: _source, ...rest } = options ?? {};
      return createPartialPipe(listStrategy, rest);
    });
    expect(P13).toBe('fail');
  });

  test('is not graded on P5, for which its figures would be needed', async () => {
    const cases = conformance(listStrategy, {
      createPipe: createPartialPipe,
      claims: [...claims, 'P5'],
      supports: iteratorAlone,
      laws: ['P5'],
    });
    const results: Result[] = [];
    for (const one of cases) results.push(await one.run());
    expect(results.map(({ status }) => status)).toEqual(['vacuous']);
  });
});

test('a call that a pipe says it has and has not is no excuse', async () => {
  const cases = conformance(listStrategy, {
    createPipe: createPartialPipe,
    claims: [...claims, 'P16'],
    supports: [...iteratorAlone, 'read'],
    laws: ['P14', 'P16'],
  });
  const found: Status[] = [];
  for (const one of cases) found.push((await one.run()).status);
  expect(found).toContain('fail');
});
