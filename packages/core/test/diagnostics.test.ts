import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ObservedPipe, PipeMessages } from '../src/index.ts';
import { createPipe } from '../src/index.ts';
import { arrayStrategy } from './array-strategy.ts';

type Seen = readonly [event: string, detail: unknown, pipe: ObservedPipe];

const names = ['created', 'paused', 'resumed', 'settled'] as const;
let seen: Seen[] = [];

/** Listens until the answer is called. */
function listen(...events: readonly (typeof names)[number][]): () => void {
  const listeners = events.map((event) => {
    const name = `millrace:pipe:${event}` as const;
    const listener = (message: unknown): void => {
      const { pipe, ...detail } = message as PipeMessages[typeof name];
      seen.push([event, detail, pipe]);
    };
    subscribe(name, listener);
    return () => unsubscribe(name, listener);
  });
  return () => listeners.forEach((stop) => stop());
}

beforeEach(() => {
  seen = [];
});

describe('a pipe that is listened to', () => {
  beforeEach(() => listen(...names));

  it('publishes that it was made, paused, resumed and settled, in this order and about one object', async () => {
    const { writer, reader } = createPipe(arrayStrategy, {
      highWaterMark: 4,
      lowWaterMark: 1,
      expectedBytes: 5,
    });
    writer.write(new Uint8Array(5));
    await reader.read({ max: 4 });
    writer.end();
    await reader.read();
    expect(seen.map(([event, detail]) => [event, detail])).toEqual([
      ['created', {}],
      ['paused', { buffered: 5 }],
      ['resumed', { buffered: 1 }],
      [
        'settled',
        { summary: { outcome: 'ended', reason: undefined, written: 5, delivered: 5, discarded: 0 } },
      ],
    ]);
    const [first, ...others] = seen.map(([, , pipe]) => pipe);
    expect(first).toEqual({ strategy: arrayStrategy.name, highWaterMark: 4, expectedBytes: 5 });
    expect(others.every((pipe) => pipe === first)).toBe(true);
  });

  it('publishes a resume before the pause that a hook of that resume leads to', () => {
    const { writer, reader } = createPipe(arrayStrategy, {
      highWaterMark: 2,
      source: { resume: () => void writer.write(new Uint8Array(2)) },
    });
    writer.write(new Uint8Array(2));
    reader.tryRead();
    expect(seen.map(([event]) => event)).toEqual(['created', 'paused', 'resumed', 'paused']);
  });

  it('publishes one settling for a body that its reader leaves, with the reason and the bytes that are lost', () => {
    const { writer, reader } = createPipe(arrayStrategy);
    writer.write(new Uint8Array(3));
    reader.cancel('enough');
    reader.cancel('again');
    const summary = { outcome: 'cancelled', reason: 'enough', written: 3, delivered: 0, discarded: 3 };
    expect(seen.slice(1).map(([event, detail]) => [event, detail])).toEqual([['settled', { summary }]]);
  });
});

describe('a pipe that nobody listens to', () => {
  it('publishes nothing to who comes later, so every message is about a pipe whose making was told', () => {
    const { writer, reader } = createPipe(arrayStrategy);
    const stop = listen(...names);
    writer.write(new Uint8Array(1));
    reader.cancel();
    stop();
    expect(seen).toEqual([]);
  });

  it('is told of when one channel alone has a listener', () => {
    const stop = listen('settled');
    createPipe(arrayStrategy).reader.cancel();
    stop();
    expect(seen.map(([event]) => event)).toEqual(['settled']);
  });
});
