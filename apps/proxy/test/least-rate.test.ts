import { createPipe, type PipeReader, type PipeWriter } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { withLeastRate } from '../src/limits/least-rate.ts';
import { everyStrategy } from './every-strategy.ts';

/** A clock that stands still until it is turned. */
class HandClock {
  #nowMs = 0;
  #alarms: { readonly atMs: number; readonly ring: () => void }[] = [];

  now = (): number => this.#nowMs;

  setTimeout = (ring: () => void, delayMs: number): unknown => {
    const alarm = { atMs: this.#nowMs + delayMs, ring };
    this.#alarms.push(alarm);
    return alarm;
  };

  clearTimeout = (cleared: unknown): void => {
    this.#alarms = this.#alarms.filter((alarm) => alarm !== cleared);
  };

  get alarms(): number {
    return this.#alarms.length;
  }

  /** Lets time pass, alarm by alarm, and what follows from each happen. */
  async pass(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    for (let next = this.#next(endMs); next !== undefined; next = this.#next(endMs)) {
      this.#alarms = this.#alarms.filter((alarm) => alarm !== next);
      this.#nowMs = next.atMs;
      next.ring();
      await settled();
    }
    this.#nowMs = endMs;
    await settled();
  }

  #next(endMs: number) {
    const [first] = this.#alarms.toSorted((a, b) => a.atMs - b.atMs);
    return first !== undefined && first.atMs <= endMs ? first : undefined;
  }
}

/** Until every microtask has run that others have brought about. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Reads on and on, as an upstream does that takes all there is. */
async function reading(reader: PipeReader): Promise<{ bytes: number; reason?: unknown }> {
  let bytes = 0;
  try {
    for (let chunk = await reader.read(); chunk !== null; chunk = await reader.read()) bytes += chunk.length;
  } catch (reason) {
    return { bytes, reason };
  }
  return { bytes };
}

const late = {
  code: 'ERR_PIPE_TIMEOUT',
  side: 'producer',
  message: 'The producer sent less than 100 bytes a second',
};

describe.each(everyStrategy)('a body with a least rate of 100 bytes a second, over $name', (strategy) => {
  const rated = (): { clock: HandClock; writer: PipeWriter; reader: PipeReader } => {
    const clock = new HandClock();
    const pipe = createPipe(strategy);
    const { writer } = pipe;
    const terms = { minBytesPerSecond: 100, graceMs: 1000, timers: clock };
    return { clock, writer, reader: withLeastRate(pipe.reader, writer.closed, terms) };
  };
  const send = async (writer: PipeWriter, bytes: number): Promise<void> => {
    writer.write(new Uint8Array(bytes));
    await settled();
  };

  it('is given up when nothing comes for the time of grace, and not a millisecond sooner', async () => {
    const { clock, writer, reader } = rated();
    const read = reading(reader);
    await clock.pass(999);
    expect(writer.desiredSize).not.toBeNull();
    await clock.pass(1);
    expect(await read).toMatchObject({ bytes: 0, reason: late });
    expect(await writer.closed).toMatchObject({ outcome: 'cancelled', reason: late });
  });

  it('is given up when it trickles, however little silence there is between its bytes', async () => {
    const { clock, writer, reader } = rated();
    const read = reading(reader);
    // One byte each 100 ms is a tenth of the rate, and costs 90 ms of patience: none is left when the eleventh would come.
    let sent = 0;
    while (writer.desiredSize !== null && sent < 1000) {
      await clock.pass(100);
      await send(writer, 1);
      sent += 1;
    }
    expect(await read).toMatchObject({ bytes: 10, reason: late });
  });

  it('goes on for as long as it likes at that rate', async () => {
    const { clock, writer, reader } = rated();
    const read = reading(reader);
    for (let sent = 0; sent < 100; sent += 1) {
      await clock.pass(500);
      await send(writer, 50);
    }
    writer.end();
    expect(await read).toEqual({ bytes: 5000 });
  });

  it('may fall behind and catch up', async () => {
    const { clock, writer, reader } = rated();
    const read = reading(reader);
    for (let sent = 0; sent < 20; sent += 1) {
      await clock.pass(999);
      await send(writer, 100);
    }
    writer.end();
    expect(await read).toEqual({ bytes: 2000 });
  });

  it('buys no more silence by a burst than it had at first', async () => {
    const { clock, writer, reader } = rated();
    const read = reading(reader);
    await send(writer, 50_000);
    await clock.pass(999);
    expect(writer.desiredSize).not.toBeNull();
    await clock.pass(1);
    expect(await read).toMatchObject({ bytes: 50_000, reason: late });
  });

  it('is not given up while nobody waits for it', async () => {
    const { clock, writer, reader } = rated();
    await clock.pass(60_000);
    await send(writer, 10);
    await clock.pass(60_000);
    expect((await reader.read())?.length).toBe(10);
    await clock.pass(60_000);
    writer.end();
    expect(await reader.read()).toBeNull();
  });

  it('fails with its own reason when it breaks off', async () => {
    const { clock, writer, reader } = rated();
    const read = reading(reader);
    await clock.pass(500);
    const reason = new Error('broken');
    writer.fail(reason);
    expect(await read).toEqual({ bytes: 0, reason });
    await clock.pass(10_000);
    expect(clock.alarms).toBe(0);
  });

  it.each([
    ['has ended', (writer: PipeWriter) => writer.end()],
    ['has failed', (writer: PipeWriter) => writer.fail(new Error('broken'))],
    ['was given up', (_: PipeWriter, reader: PipeReader) => reader.cancel()],
  ])('is held by no timer when it %s', async (_, end) => {
    const { clock, writer, reader } = rated();
    const read = reading(reader);
    await send(writer, 10);
    expect(clock.alarms).toBe(1);
    end(writer, reader);
    await read;
    await settled();
    expect(clock.alarms).toBe(0);
  });

  it('has one timer at most, however many chunks come', async () => {
    const { clock, writer, reader } = rated();
    const read = reading(reader);
    for (let sent = 0; sent < 50; sent += 1) {
      await clock.pass(1);
      await send(writer, 100);
      expect(clock.alarms).toBeLessThanOrEqual(1);
    }
    writer.end();
    await read;
  });
});
