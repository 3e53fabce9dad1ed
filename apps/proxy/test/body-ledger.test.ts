import { createPipe } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { BodyLedger } from '../src/watch/body-ledger.ts';
import type { BodyFacts } from '../src/watch/open-body.ts';
import { ProducerPauses } from '../src/watch/producer-pauses.ts';
import { everyStrategy } from './every-strategy.ts';

const MARKS = { highWaterMark: 100, lowWaterMark: 50 };

describe.each(everyStrategy)('the ledger, over $name', (strategy) => {
  const ledgerAt = (clock: { ms: number }): BodyLedger => new BodyLedger({ now: () => clock.ms });
  const enter = (ledger: BodyLedger, facts: Partial<BodyFacts> = {}) => {
    const { writer, reader } = createPipe(strategy, MARKS);
    const whole = {
      direction: 'response',
      method: 'GET',
      path: '/a',
      pipe: { strategy, ...MARKS },
      expectedBytes: null,
      ...facts,
    } as const;
    return { writer, body: ledger.open(whole, reader, writer.closed) };
  };

  it('shows nothing at first', () => {
    const before = Date.now();
    const snapshot = ledgerAt({ ms: 0 }).snapshot();
    expect(snapshot).toMatchObject({
      open: { requests: 0, responses: 0 },
      bufferedBytes: 0,
      bufferedLimitBytes: 0,
      slow: { producersPaused: 0, consumersWaiting: 0, producerPausedMs: 0, consumerWaitingMs: 0 },
      bytes: { requestsIn: 0, responsesOut: 0 },
      outcomes: {
        requests: { ended: 0, failed: 0, cancelled: 0 },
        responses: { ended: 0, failed: 0, cancelled: 0 },
      },
      bodies: [],
    });
    expect(snapshot.startedAtMs).toBeGreaterThanOrEqual(before);
    expect(snapshot.atMs).toBeGreaterThanOrEqual(snapshot.startedAtMs);
    expect(snapshot.residentBytes).toBeGreaterThan(1_000_000);
  });

  it('shows an open body: where it is going, and how far it has come', () => {
    const clock = { ms: 1000 };
    const ledger = ledgerAt(clock);
    const { writer, body } = enter(ledger, {
      direction: 'request',
      method: 'PUT',
      path: '/up',
      expectedBytes: 500,
    });
    writer.write(new Uint8Array(30));
    body.reader.tryRead(10);
    clock.ms = 1250;
    const { open, bodies, bytes, bufferedBytes, bufferedLimitBytes } = ledger.snapshot();
    expect(open).toEqual({ requests: 1, responses: 0 });
    expect([bufferedBytes, bufferedLimitBytes]).toEqual([20, 100]);
    expect(bytes).toEqual({ requestsIn: 10, responsesOut: 0 });
    expect(bodies).toEqual([
      {
        id: 1,
        direction: 'request',
        method: 'PUT',
        path: '/up',
        bufferedBytes: 20,
        deliveredBytes: 10,
        strategy: strategy.name,
        ...MARKS,
        producerPausedMs: 0,
        consumerWaitingMs: 0,
        expectedBytes: 500,
        producerPaused: false,
        consumerWaiting: false,
        ageMs: 250,
      },
    ]);
  });

  it('adds up how long a consumer waited for bytes, and counts the ones that do', async () => {
    const clock = { ms: 0 };
    const ledger = ledgerAt(clock);
    const { writer, body } = enter(ledger);
    const reading = body.reader.read();
    clock.ms = 70;
    expect(ledger.snapshot().slow).toMatchObject({ consumersWaiting: 1, consumerWaitingMs: 70 });
    writer.write(new Uint8Array(5));
    await reading;
    clock.ms = 500;
    expect(ledger.snapshot().slow).toMatchObject({ consumersWaiting: 0, consumerWaitingMs: 70 });
    writer.end();
    body.reader.tryRead();
    await writer.closed;
    expect(ledger.snapshot().slow).toMatchObject({ consumersWaiting: 0, consumerWaitingMs: 70 });
  });

  it('adds up how long a sender was paused, as it is told', () => {
    const clock = { ms: 0 };
    const ledger = ledgerAt(clock);
    const { body } = enter(ledger, { direction: 'request' });
    body.setProducerPaused(true);
    clock.ms = 40;
    expect(ledger.snapshot().slow).toMatchObject({ producersPaused: 1, producerPausedMs: 40 });
    body.setProducerPaused(false);
    clock.ms = 90;
    expect(ledger.snapshot().slow).toMatchObject({ producersPaused: 0, producerPausedMs: 40 });
  });

  it('takes over a pause from before the body was entered', () => {
    const clock = { ms: 0 };
    const ledger = ledgerAt(clock);
    const pauses = new ProducerPauses();
    pauses.set(true);
    const { body } = enter(ledger);
    pauses.showAt(body);
    clock.ms = 25;
    expect(ledger.snapshot().slow).toMatchObject({ producersPaused: 1, producerPausedMs: 25 });
    pauses.set(false);
    clock.ms = 70;
    expect(ledger.snapshot().slow).toMatchObject({ producersPaused: 0, producerPausedMs: 25 });
  });

  it('counts bodies by how they ended and keeps what they delivered', async () => {
    const ledger = ledgerAt({ ms: 0 });
    const ended = enter(ledger);
    const failed = enter(ledger, { direction: 'request' });
    const cancelled = enter(ledger);
    for (const { writer, body } of [ended, failed, cancelled]) {
      writer.write(new Uint8Array(20));
      body.reader.tryRead(15);
    }
    ended.writer.end();
    ended.body.reader.tryRead();
    failed.writer.fail(new Error('broken'));
    failed.body.reader.tryRead();
    cancelled.body.reader.cancel();
    await Promise.all([ended, failed, cancelled].map(({ writer }) => writer.closed));
    expect(ledger.snapshot()).toMatchObject({
      open: { requests: 0, responses: 0 },
      bufferedBytes: 0,
      bytes: { requestsIn: 20, responsesOut: 35 },
      outcomes: {
        requests: { ended: 0, failed: 1, cancelled: 0 },
        responses: { ended: 1, failed: 0, cancelled: 1 },
      },
      bodies: [],
    });
  });

  it('counts the last bytes of a body that was waited for', async () => {
    const ledger = ledgerAt({ ms: 0 });
    const { writer, body } = enter(ledger);
    const reading = body.reader.read();
    writer.write(new Uint8Array(7));
    writer.end();
    await writer.closed;
    expect(ledger.snapshot().bytes.responsesOut).toBe(7);
    expect(await reading).toHaveLength(7);
  });

  it('frees a body whose consumer leaves at once, its bytes with it', async () => {
    const ledger = ledgerAt({ ms: 0 });
    const { writer, body } = enter(ledger);
    writer.write(new Uint8Array(80));
    expect(ledger.snapshot().bufferedBytes).toBe(80);
    body.reader.cancel();
    expect(ledger.snapshot().bufferedBytes).toBe(0);
    await writer.closed;
    expect(ledger.snapshot().open.responses).toBe(0);
  });

  it('shows the 50 that have been open longest, the oldest first', async () => {
    const ledger = ledgerAt({ ms: 0 });
    const entered = Array.from({ length: 60 }, () => enter(ledger));
    entered[0]?.body.reader.cancel();
    await entered[0]?.writer.closed;
    const { bodies, open } = ledger.snapshot();
    expect(open.responses).toBe(59);
    expect(bodies.map(({ id }) => id)).toEqual(Array.from({ length: 50 }, (_, at) => at + 2));
  });

  it('says when a consumer waits for the first time, once', async () => {
    const asked: string[] = [];
    const { writer, body } = enter(ledgerAt({ ms: 0 }), { onFirstWait: () => asked.push('asked') });
    expect(asked).toEqual([]);
    for (const byte of [1, 2]) {
      const reading = body.reader.read();
      writer.write(new Uint8Array(byte));
      await reading;
    }
    expect(asked).toEqual(['asked']);
  });
});
