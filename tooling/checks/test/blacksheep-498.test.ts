// https://github.com/Neoteroi/BlackSheep/issues/498: response bodies came out short, with a clean end.
import { createPipe, loadStrategy } from '@millrace/core';
import { describe, expect, test } from 'vitest';
import { IncomingContent } from '../src/blacksheep-original.ts';
import { losesBytes, playEverySchedule, playSchedule } from '../src/body-schedules.ts';
import type { BodySubject, Outcome } from '../src/body-schedules.ts';

const reported = 'W r W r E';

function original(): BodySubject {
  const content = new IncomingContent();
  const chunks = content.stream();
  return {
    write: (chunk) => content.extendBody(chunk),
    end: () => content.finish(),
    next: async () => (await chunks.next()).value ?? undefined,
  };
}

/** Every body of up to three writes, in every order in which producer and consumer can meet. */
async function everyShortBody(makeSubject: () => BodySubject): Promise<Outcome[]> {
  const bodies = [0, 1, 2, 3].map((writes) => playEverySchedule(makeSubject, writes));
  return (await Promise.all(bodies)).flat();
}

describe('the original algorithm', () => {
  test(`loses the second chunk on the schedule ${reported}, and calls that a clean end`, async () => {
    expect(await playSchedule(original, reported)).toEqual({
      schedule: reported,
      written: [0, 1, 2, 3, 4, 5],
      delivered: [0, 1, 2],
      ended: true,
      endedEarly: true,
    });
  });

  // The same figures as the real class gave, so the port is as wrong as its model, no more and no less.
  test('loses bytes on 18 of the 62 schedules of up to three writes, on 10 of them before the end came', async () => {
    const outcomes = await everyShortBody(original);
    const lossy = outcomes.filter(losesBytes);
    expect(outcomes).toHaveLength(62);
    expect(lossy).toHaveLength(18);
    expect(lossy.filter(({ endedEarly }) => endedEarly)).toHaveLength(10);
    expect(lossy.map(({ schedule }) => schedule)).toContain(reported);
  });
});

describe.each(['@millrace/copy-on-yield', '@millrace/ring-buffer', '@millrace/chunk-queue'])(
  'a pipe of %s',
  (name) => {
    const readers = {
      'for await': ({ reader }: ReturnType<typeof createPipe>) => {
        const chunks = reader.values();
        return async () => (await chunks.next()).value as Uint8Array | undefined;
      },
      'read()':
        ({ reader }: ReturnType<typeof createPipe>) =>
        async () =>
          (await reader.read()) ?? undefined,
      'readInto()':
        ({ reader }: ReturnType<typeof createPipe>) =>
        async () => {
          const target = new Uint8Array(2);
          const count = await reader.readInto(target);
          return count === 0 ? undefined : target.subarray(0, count);
        },
    };

    test.each(Object.entries(readers))(
      'read by %s keeps every byte on every schedule',
      async (_, consume) => {
        const strategy = await loadStrategy(name);
        const subject = (): BodySubject => {
          // Smaller than one body, so that a fixed store is full and wraps on the way.
          const pipe = createPipe(strategy, { highWaterMark: 4, maxBuffered: 64 });
          return {
            write: (chunk) => void pipe.writer.write(chunk),
            end: () => pipe.writer.end(),
            next: consume(pipe),
          };
        };

        expect(await playSchedule(subject, reported)).toMatchObject({
          delivered: [0, 1, 2, 3, 4, 5],
          ended: true,
        });
        const outcomes = await everyShortBody(subject);
        expect(outcomes.length).toBeGreaterThanOrEqual(80);
        expect(outcomes.filter((one) => losesBytes(one) || !one.ended || one.endedEarly)).toEqual([]);
      },
    );
  },
);
