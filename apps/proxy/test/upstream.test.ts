import http from 'node:http';
import { expect, it } from 'vitest';
import ringBuffer from '@millrace/ring-buffer';
import { listen } from '@millrace/test-servers/listen';
import { upstreamOf } from '../src/config/config-schema.ts';
import type { RequestHead } from '../src/policy/request-head.ts';
import type { RequestParts } from '../src/upstream/request-parts.ts';
import { Upstream } from '../src/upstream/upstream.ts';
import { until } from './until.ts';

const pipe = { strategy: ringBuffer, highWaterMark: 65_536, lowWaterMark: 32_768 };
const head: RequestHead = { method: 'GET', path: '/', host: undefined, headers: [] };
const parts: RequestParts = {
  body: null,
  trailers: undefined,
  acceptTrailers: false,
  expectContinue: false,
  signal: new AbortController().signal,
  onInformation: () => {},
  onPaused: () => {},
};

it('an upstream that is closed waits for a request until no other server is asked for its answer', async () => {
  const held: http.IncomingMessage[] = [];
  let isHolding = false;
  const servers = [0, 1, 2].map((at) =>
    http.createServer((request, response) => {
      if (at === 0 && isHolding) held.push(request);
      else response.setHeader('connection', 'close').end(`of ${at}`);
    }),
  );
  const ports = await Promise.all(servers.map((server) => listen(server)));
  const urls = ports.map((port) => new URL(`http://127.0.0.1:${port}`));
  const upstream = new Upstream({
    name: 'three',
    config: { ...upstreamOf(urls[0] as URL), servers: urls.map((url) => ({ url, weight: 1 })), retries: 2 },
  });
  const ask = async (): Promise<string> => {
    const { content } = await upstream.request(head, parts, pipe);
    return (await content?.text()) ?? '';
  };
  for (const at of [0, 1, 2]) expect(await ask()).toBe(`of ${at}`);
  // The first breaks off, the second has gone, and the third is asked when the upstream is being closed.
  isHolding = true;
  servers[1]?.close();
  const answer = ask();
  await until(() => held.length === 1);
  const closed = upstream.close();
  held[0]?.socket.resetAndDestroy();
  expect(await answer).toBe('of 2');
  await closed;
  expect(upstream.states.map(({ open }) => open)).toEqual([0, 0, 0]);
});
