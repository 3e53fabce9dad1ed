import { describe, expect, it } from 'vitest';
import { createPipe } from '@millrace/core';
import chunkQueue from '@millrace/chunk-queue';
import type { IncomingResponse } from '@millrace/client';
import { LeaveSignal } from '../src/listener/leave-signal.ts';
import { ClientLeft, type Downstream } from '../src/relay/downstream.ts';
import { endOfTurn } from '../src/relay/end-of-turn.ts';
import type { ExchangeOutcome } from '../src/relay/exchange-outcome.ts';
import { Relay } from '../src/relay/relay.ts';
import { BodyLedger } from '../src/watch/body-ledger.ts';
import { clientRequest } from './client-request.ts';

describe('the end of a turn', () => {
  it('comes when what the turn brings is through, for all who wait at once', async () => {
    const seen: string[] = [];
    const first = endOfTurn();
    const ends = [first, endOfTurn()].map((end, at) => end.then(() => seen.push(`end ${at}`)));
    queueMicrotask(() => seen.push('microtask'));
    process.nextTick(() => seen.push('tick'));
    await Promise.all(ends);
    expect(endOfTurn()).not.toBe(first);
    expect(seen.slice(0, 2).toSorted()).toEqual(['microtask', 'tick']);
    expect(seen.slice(2)).toEqual(['end 0', 'end 1']);
    await endOfTurn();
  });
});

describe('a client that leaves in the turn that brought its answer', () => {
  it('is sent nothing, and the answer is given up', async () => {
    const outcomes: ExchangeOutcome[] = [];
    const cancelled: unknown[] = [];
    const begun: number[] = [];
    const left = new LeaveSignal();
    const { writer, reader } = createPipe(chunkQueue);
    const answer = {
      status: 200,
      statusText: 'OK',
      rawHeaders: [],
      content: {
        reader,
        closed: writer.closed,
        cancel: (reason: unknown) => {
          cancelled.push(reason);
          reader.cancel(reason);
        },
      },
    } as unknown as IncomingResponse;
    const pipe = { strategy: chunkQueue, highWaterMark: 65_536, lowWaterMark: 32_768 };
    const relay = new Relay({
      routing: {
        routeFor: () => ({
          ...pipe,
          upstream: {
            name: 'one',
            origins: [],
            request: () => {
              // Its signal fires between the answer and the end of the turn.
              process.nextTick(() => left.abort(new ClientLeft()));
              return Promise.resolve(answer);
            },
          },
        }),
      },
      ledger: new BodyLedger(),
      onExchange: (outcome) => outcomes.push(outcome),
    });
    const downstream = {
      request: clientRequest({ rawHeaders: ['Host', 'a'] }),
      hasBody: false,
      expectsContinue: false,
      left,
      status: undefined,
      closed: Promise.resolve(),
      upgrade: undefined,
      get isUnanswered() {
        return !left.aborted;
      },
      begin: (status: number) => begun.push(status),
      breakOff: () => {},
      release: () => {},
    } as unknown as Downstream;
    await relay.handle(downstream);
    expect(begun).toEqual([]);
    expect(cancelled).toEqual([left.reason]);
    expect(outcomes).toMatchObject([{ result: 'broken', brokenBy: 'client', status: undefined }]);
    expect(relay.exchanges).toBe(0);
  });
});
