import { once } from 'node:events';
import http2, { constants } from 'node:http2';
import tls from 'node:tls';
import { listen } from '@millrace/test-servers/listen';
import { tlsCertificate } from '@millrace/test-servers/tls-certificate';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { Http2Sessions } from '../src/listener/http2-sessions.ts';
import { until } from './until.ts';
import type { Http2Downstream } from '../src/listener/http2-downstream.ts';

const IDLE_MS = 120_000;

/** A session with a server of ours, and the exchanges that come on it. */
async function session() {
  const exchanges: Http2Downstream[] = [];
  const sessions = new Http2Sessions({
    maxHeaderBytes: 16_384,
    onExchange: (downstream) => exchanges.push(downstream),
  });
  const server = tls.createServer({ ...tlsCertificate, ALPNProtocols: ['h2'] }, (socket) =>
    sessions.accept(socket),
  );
  const client = http2.connect(`https://127.0.0.1:${await listen(server)}`, { rejectUnauthorized: false });
  onTestFinished(() => client.destroy());
  await once(client, 'remoteSettings');
  return { client, exchanges };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  return () => vi.useRealTimers();
});

it('a session on which no request comes for two minutes is told to go', async () => {
  const { client } = await session();
  const told = once(client, 'goaway');
  vi.advanceTimersByTime(IDLE_MS);
  expect((await told)[0]).toBe(constants.NGHTTP2_NO_ERROR);
});

it('a session with a request under way is not, until that has been over for so long', async () => {
  const { client, exchanges } = await session();
  let isTold = false;
  client.on('goaway', () => (isTold = true));
  const request = client.request();
  await until(() => exchanges.length > 0);
  vi.advanceTimersByTime(IDLE_MS);
  exchanges[0]?.answer(204, 'No Content', []);
  await once(request.resume(), 'close');
  await new Promise((resolve) => client.ping(resolve));
  expect(isTold).toBe(false);
  const told = once(client, 'goaway');
  vi.advanceTimersByTime(IDLE_MS);
  expect((await told)[0]).toBe(constants.NGHTTP2_NO_ERROR);
});

it('a session that has ended leaves no timer behind', async () => {
  const { client } = await session();
  expect(vi.getTimerCount()).toBe(1);
  client.destroy();
  await until(() => vi.getTimerCount() === 0);
});
