import { expect, it } from 'vitest';
import { welcome } from '../src/demo/welcome.ts';

const route = {
  matches: '/',
  origins: ['http://a.example'],
  strategy: '@millrace/ring-buffer',
  highWaterMark: 65_536,
  lowWaterMark: 32_768,
};

it('names the only way there is, and what to try with the demo origin', () => {
  const text = welcome({
    urls: ['http://127.0.0.1:1'],
    routes: [route],
    adminUrl: 'http://127.0.0.1:2',
    hasDemo: true,
    processId: 7,
  });
  expect(text).toContain(`millrace-proxy listens at http://127.0.0.1:1
  upstream   http://a.example (the demo origin)
  strategy   @millrace/ring-buffer, pausing at 65536 bytes, resuming at 32768
  live page  http://127.0.0.1:2/
Try, with the live page open:
  curl http://127.0.0.1:1/json
`);
});

it('names every listener and every route, and the process that takes signals', () => {
  const small = {
    ...route,
    matches: 'api.example/small',
    origins: ['http://b.example', 'http://c.example'],
    strategy: '@millrace/chunk-queue',
  };
  const text = welcome({
    urls: ['http://127.0.0.1:1', 'https://127.0.0.1:3'],
    routes: [small, route],
    adminUrl: 'http://127.0.0.1:2',
    hasDemo: false,
    processId: 7,
  });
  expect(text).toBe(`millrace-proxy listens at http://127.0.0.1:1
                       at https://127.0.0.1:3
  route      api.example/small to http://b.example, http://c.example through @millrace/chunk-queue, pausing at 65536 bytes, resuming at 32768
  route      / to http://a.example through @millrace/ring-buffer, pausing at 65536 bytes, resuming at 32768
  live page  http://127.0.0.1:2/
  process    7; SIGHUP reads the configuration again, SIGTERM stops it and lets open bodies finish
`);
});
