import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../src/config/config-schema.ts';
import { configOfInput } from '../src/config/config.ts';
import { needsRestart, sameListener } from '../src/run/needs-restart.ts';

const tls = { certFile: 'cert.pem', keyFile: 'key.pem' };

describe('what takes a restart', () => {
  it.each<[string, ConfigInput, string[]]>([
    ['nothing, when nothing has changed', {}, []],
    ['no routes, marks or limits', { highWaterMark: 1000, limits: { bodyBytes: 5 } }, []],
    ['where it listens', { listen: ['127.0.0.1:9000'] }, ['listen']],
    ['whether it listens with TLS', { listen: [{ address: '127.0.0.1:8080', tls }] }, ['listen']],
    ['where the live page is', { adminListen: '127.0.0.1:9001' }, ['adminListen']],
    ['how many workers there are', { workers: 2 }, ['workers']],
    ['another access log', { accessLog: 'a.log' }, ['accessLog']],
    ['how long it drains', { drainTimeoutMs: 5 }, ['drainTimeoutMs']],
    [
      'what its listeners were made with',
      { limits: { headerBytes: 8192, headersTimeoutMs: 5000 } },
      ['limits.headerBytes', 'limits.headersTimeoutMs'],
    ],
  ])('%s', (_, next, names) => {
    expect(needsRestart(configOfInput({}), configOfInput(next))).toEqual(names);
  });

  it('is not another certificate', () => {
    const of = (certFile: string) =>
      configOfInput({ listen: [{ address: '127.0.0.1:443', tls: { ...tls, certFile } }] });
    expect(needsRestart(of('old.pem'), of('new.pem'))).toEqual([]);
  });
});

describe('the listener of the same address', () => {
  const listener = (port: number) => ({
    address: `127.0.0.1:${port}`,
    tls: { ...tls, certFile: `${port}.pem` },
  });
  const { listen } = configOfInput({ listen: [listener(1), listener(2)] });

  it('is found where the list is in another order', () => {
    const next = configOfInput({ listen: ['127.0.0.1:3', listener(2), listener(1)] });
    const found = listen.map((one, at) => sameListener(one, at, next)?.tls?.certFile);
    expect(found).toEqual(['1.pem', '2.pem']);
  });

  it('is none where there is none', () => {
    expect(sameListener(listen[0]!, 0, configOfInput({ listen: [listener(2)] }))).toBeUndefined();
  });
});
