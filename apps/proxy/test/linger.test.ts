import { once } from 'node:events';
import http from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { linger } from '../src/listener/linger.ts';
import { httpServer } from './http-server.ts';
import { until } from './until.ts';

describe('a client that is still sending when it has its answer', () => {
  const answeredEarly = async (lingerMs: number) => {
    let arrive!: (request: http.IncomingMessage) => void;
    const arrived = new Promise<http.IncomingMessage>((resolve) => {
      arrive = resolve;
    });
    const url = await httpServer((request, response) => {
      request.on('error', () => {}).resume();
      response.end('no, thanks', () => linger(request, lingerMs));
      arrive(request);
    });
    const sending = http.request(url, { method: 'POST', headers: { 'content-length': 10 } });
    sending.on('error', () => {});
    onTestFinished(() => void sending.destroy());
    sending.write('12345');
    const [answer] = (await once(sending, 'response')) as [http.IncomingMessage];
    answer.resume();
    return { sending, received: await arrived };
  };

  it('may finish', async () => {
    const { sending, received } = await answeredEarly(1_000_000_000);
    sending.end('67890');
    await once(received, 'end');
    expect(received.complete).toBe(true);
  });

  it('is disconnected when it does not', async () => {
    const { sending, received } = await answeredEarly(0);
    await once(sending, 'close');
    expect([received.destroyed, received.complete]).toEqual([true, false]);
  });

  it.each([
    ['has finished', false],
    ['leaves', true],
  ])('is held by no timer when it %s', async (_, leaves) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { sending, received } = await answeredEarly(5000);
    await until(() => vi.getTimerCount() === 1);
    if (leaves) sending.destroy();
    else sending.end('67890');
    await until(() => vi.getTimerCount() === 0);
    expect(received.complete).toBe(!leaves);
  });
});
