import { once } from 'node:events';
import http from 'node:http';
import { describe, expect, it } from 'vitest';
import { get } from './download.ts';
import { everyStrategy } from './every-strategy.ts';
import { httpServer } from './http-server.ts';
import { runProxy } from './run-proxy.ts';
import { until } from './until.ts';

const CLIENTS = 20;

describe.each(everyStrategy)('clients that leave in the middle, through $name', ({ name }) => {
  it('have their upstream requests aborted, and nothing of theirs stays buffered', async () => {
    const left: Promise<unknown>[] = [];
    const upstream = await httpServer((_, response) => {
      left.push(once(response, 'close'));
      const chunk = Buffer.alloc(65_536);
      const pump = (): void => {
        while (response.write(chunk));
      };
      response.on('drain', pump).on('error', () => {});
      pump();
    });
    const proxy = await runProxy('--strategy', name, '--upstream', upstream.origin);
    const agent = new http.Agent({ maxSockets: Infinity });
    const responses = await Promise.all(
      Array.from({ length: CLIENTS }, () => get(`${proxy.url}/endless`, agent)),
    );
    for (const response of responses) response.on('error', () => {}).pause();

    // Nobody reads, so every pipe fills up and every upstream is paused.
    await until(async () => (await proxy.snapshot()).slow.producersPaused === CLIENTS);
    const full = await proxy.snapshot();
    expect(full.open).toEqual({ requests: 0, responses: CLIENTS });
    expect(full.bufferedBytes).toBeGreaterThan(CLIENTS * 8192);
    expect(full.bufferedBytes).toBeLessThan(CLIENTS * 3 * 65_536);
    expect(full.bufferedLimitBytes).toBe(CLIENTS * 65_536);

    for (const response of responses) response.destroy();
    await Promise.all(left);
    await until(async () => (await proxy.snapshot()).open.responses === 0);
    expect(await proxy.snapshot()).toMatchObject({
      bufferedBytes: 0,
      slow: { producersPaused: 0, consumersWaiting: 0 },
      outcomes: { responses: { ended: 0, failed: 0, cancelled: CLIENTS } },
      bodies: [],
    });
  });
});
