import { once } from 'node:events';
import net from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { LiveEvents } from '../src/watch/live-events.ts';
import { get } from './download.ts';
import { httpServer } from './http-server.ts';
import { until } from './until.ts';

describe('live events', () => {
  const listening = async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    let count = 0;
    const events = new LiveEvents(() => {
      count += 1;
      return { count };
    });
    const url = await httpServer((_, response) => events.subscribe(response));
    const response = await get(url.href);
    const next = async (): Promise<string> => String((await once(response, 'data'))[0]);
    return { events, response, next };
  };

  it('begin with what is so now and go on every 250 ms', async () => {
    const { events, response, next } = await listening();
    expect(response.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
    });
    expect(await next()).toBe('data: {"count":1}\n\n');
    const second = next();
    vi.advanceTimersByTime(249);
    vi.advanceTimersByTime(1);
    expect(await second).toBe('data: {"count":2}\n\n');
    events.close();
  });

  it('end with a last one', async () => {
    const { events, response, next } = await listening();
    await next();
    const ended = once(response, 'end');
    const last = next();
    events.close();
    expect(await last).toBe('data: {"count":2}\n\n');
    await ended;
    expect(response.complete).toBe(true);
  });

  it('cost nothing while nobody listens', async () => {
    const { response, next } = await listening();
    await next();
    expect(vi.getTimerCount()).toBe(1);
    response.destroy();
    await vi.waitUntil(() => vi.getTimerCount() === 0);
  });

  it('are over with their connection for who has asked twice on it', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const events = new LiveEvents(() => 0);
    let subscribed = 0;
    const url = await httpServer((_, response) => {
      events.subscribe(response);
      subscribed += 1;
    });
    const socket = net.connect(Number(url.port), url.hostname);
    socket.resume().write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(2));
    await until(() => subscribed === 2);
    socket.destroy();
    await until(() => vi.getTimerCount() === 0);
    expect(subscribed).toBe(2);
  });
});
