import { createPipe, type PipeWriter } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { MemoryBudget } from '../src/limits/memory-budget.ts';
import { ReplayableBody } from '../src/upstream/replayable-body.ts';
import { everyStrategy } from './every-strategy.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

type Attempt = AsyncIterableIterator<Uint8Array, undefined>;

async function nextText(attempt: Attempt): Promise<string | undefined> {
  const { value } = await attempt.next();
  return value === undefined ? undefined : new TextDecoder().decode(value);
}

async function rest(attempt: Attempt): Promise<string> {
  let text = '';
  for (let next = await nextText(attempt); next !== undefined; next = await nextText(attempt)) text += next;
  return text;
}

describe.each(everyStrategy)('a body that may be sent again, over $name', (strategy) => {
  const replayable = (windowBytes: number) => {
    const { writer, reader } = createPipe(strategy);
    const budget = new MemoryBudget(1_000_000);
    const body = new ReplayableBody(reader, { windowBytes, budget });
    return { writer, reader, budget, body };
  };
  const sendAndTake = async (writer: PipeWriter, attempt: Attempt, text: string): Promise<void> => {
    writer.write(bytesOf(text));
    expect(await nextText(attempt)).toBe(text);
  };

  it('is the same from the beginning for the next attempt, and goes on from there', async () => {
    const { writer, body, budget } = replayable(10);
    const first = body.attempt();
    await sendAndTake(writer, first, 'ab');
    await sendAndTake(writer, first, 'cde');
    await first.return?.();
    expect([body.isReplayable, budget.heldBytes]).toEqual([true, 5]);
    const second = body.attempt();
    writer.write(bytesOf('f'));
    writer.end();
    expect(await rest(second)).toBe('abcdef');
    body.answered();
    expect(budget.heldBytes).toBe(0);
  });

  it('that was sent whole is the same again, end included', async () => {
    const { writer, body } = replayable(10);
    writer.write(bytesOf('abc'));
    writer.end();
    expect(await rest(body.attempt())).toBe('abc');
    expect(body.isReplayable).toBe(true);
    expect(await rest(body.attempt())).toBe('abc');
  });

  it('hands what the attempt before was waiting for to the next one', async () => {
    const { writer, body } = replayable(10);
    const first = body.attempt();
    const waiting = first.next();
    await first.return?.();
    const second = body.attempt();
    const took = nextText(second);
    writer.write(bytesOf('abc'));
    await waiting;
    expect(await took).toBe('abc');
    writer.end();
    expect(await rest(second)).toBe('');
  });

  it('cannot be sent again beyond its window, and then holds nothing', async () => {
    const { writer, body, budget } = replayable(4);
    const attempt = body.attempt();
    await sendAndTake(writer, attempt, 'abcd');
    expect([body.isReplayable, budget.heldBytes]).toEqual([true, 4]);
    await sendAndTake(writer, attempt, 'e');
    expect([body.isReplayable, budget.heldBytes]).toEqual([false, 0]);
    await sendAndTake(writer, attempt, 'fgh');
    expect(budget.heldBytes).toBe(0);
    await attempt.return?.();
    expect(await writer.closed).toMatchObject({ outcome: 'cancelled' });
  });

  it('goes on for a second attempt that passes the window', async () => {
    const { writer, body, budget } = replayable(4);
    const first = body.attempt();
    await sendAndTake(writer, first, 'ab');
    await sendAndTake(writer, first, 'cd');
    await first.return?.();
    const second = body.attempt();
    expect(await nextText(second)).toBe('ab');
    writer.write(bytesOf('efgh'));
    writer.end();
    expect(await rest(second)).toBe('cdefgh');
    expect([body.isReplayable, budget.heldBytes]).toEqual([false, 0]);
  });

  it('holds no byte without a window, and may be sent again until there was one', async () => {
    const { writer, body, budget } = replayable(0);
    const first = body.attempt();
    void first.next();
    await first.return?.();
    expect(body.isReplayable).toBe(true);
    const second = body.attempt();
    await sendAndTake(writer, second, 'a');
    expect([body.isReplayable, budget.heldBytes]).toEqual([false, 0]);
  });

  it('goes on when it is answered, and is given up with its attempt from then on', async () => {
    const { writer, body, budget } = replayable(10);
    const attempt = body.attempt();
    await sendAndTake(writer, attempt, 'abc');
    body.answered();
    expect([body.isReplayable, budget.heldBytes]).toEqual([false, 0]);
    await sendAndTake(writer, attempt, 'def');
    await attempt.return?.();
    expect(await writer.closed).toMatchObject({ outcome: 'cancelled', delivered: 6 });
    expect(budget.heldBytes).toBe(0);
  });

  it('is given up by an answer that its attempt was over before', async () => {
    const { writer, body } = replayable(10);
    const attempt = body.attempt();
    await sendAndTake(writer, attempt, 'abc');
    await attempt.return?.();
    body.answered();
    expect(await writer.closed).toMatchObject({ outcome: 'cancelled' });
  });

  it('frees what it holds when nobody will try again, and leaves the reader to others', async () => {
    const { writer, body, budget } = replayable(10);
    const attempt = body.attempt();
    await sendAndTake(writer, attempt, 'abc');
    await attempt.return?.();
    body.giveUp();
    expect(budget.heldBytes).toBe(0);
    expect(writer.desiredSize).not.toBeNull();
  });

  it('holds nothing that comes for an attempt that is over', async () => {
    const { writer, body, budget } = replayable(10);
    const attempt = body.attempt();
    const waiting = attempt.next();
    writer.write(bytesOf('abc'));
    body.giveUp();
    void attempt.return?.();
    await waiting;
    expect(budget.heldBytes).toBe(0);
  });

  it('fails with the reason it broke off with, for which no server is to blame, and not again', async () => {
    const { writer, body } = replayable(10);
    const attempt = body.attempt();
    const reason = new Error('broken');
    await sendAndTake(writer, attempt, 'abc');
    writer.fail(reason);
    await expect(attempt.next()).rejects.toBe(reason);
    expect([body.hasFailedWith(reason), body.isReplayable]).toEqual([true, false]);
    expect(body.hasFailedWith(new Error('broken'))).toBe(false);
  });
});
