import { describe, expect, it } from 'vitest';
import { readConfig, type ProxyConfig } from '../src/config/config.ts';
import { settingNames, settings, usage, type Setting } from '../src/config/settings.ts';

async function configOf(argv: string[], env: Record<string, string> = {}): Promise<ProxyConfig> {
  const invocation = await readConfig(argv, env);
  if (invocation.kind !== 'run') throw new Error(`it asks for the ${invocation.kind}`);
  return invocation.config;
}

describe('the configuration', () => {
  it('needs nothing to be said', async () => {
    expect(await configOf([])).toEqual({
      listen: [{ address: { host: '127.0.0.1', port: 8080 }, place: '--listen' }],
      adminListen: { host: '127.0.0.1', port: 8081 },
      strategy: '@millrace/ring-buffer',
      strategyPlace: '--strategy',
      highWaterMark: 65_536,
      lowWaterMark: 32_768,
      upstreams: new Map(),
      routes: [
        {
          strategy: '@millrace/ring-buffer',
          strategyPlace: '--strategy',
          highWaterMark: 65_536,
          lowWaterMark: 32_768,
          path: '/',
          upstream: 'default',
          keepsHost: false,
        },
      ],
      trustedPeers: [],
      forwarding: 'x-forwarded',
      limits: {
        headerBytes: 16_384,
        memoryBytes: 268_435_456,
        headersTimeoutMs: 60_000,
        idleTimeoutMs: 60_000,
        tunnelIdleTimeoutMs: 3_600_000,
        minBytesPerSecond: 240,
        minRateGraceMs: 10_000,
      },
      drainTimeoutMs: 30_000,
      workers: 1,
      baseDirectory: '.',
    });
  });

  it('takes every flag', async () => {
    const config = await configOf([
      '--listen=[::1]:9000',
      '--upstream',
      'https://origin.example:8443',
      '--strategy',
      '@millrace/chunk-queue',
      '--high-water-mark',
      '1000',
      '--low-water-mark',
      '0',
      '--admin-listen',
      '0',
      '--access-log',
      '-',
      '--drain-timeout-ms',
      '0',
      '--workers',
      '4',
    ]);
    expect(config).toMatchObject({
      listen: [{ address: { host: '::1', port: 9000 } }],
      adminListen: { host: '127.0.0.1', port: 0 },
      strategy: '@millrace/chunk-queue',
      highWaterMark: 1000,
      lowWaterMark: 0,
      accessLog: '-',
      drainTimeoutMs: 0,
      workers: 4,
    });
    expect(config.upstreams.get('default')).toMatchObject({
      servers: [{ url: new URL('https://origin.example:8443'), weight: 1 }],
      balance: 'round-robin',
      retries: 2,
      replayWindowBytes: 16_384,
    });
    expect(config.routes).toMatchObject([{ path: '/', upstream: 'default', highWaterMark: 1000 }]);
  });

  it('takes a variable where there is no flag, and ignores empty ones', async () => {
    const env = { MILLRACE_LISTEN: '7000', MILLRACE_STRATEGY: './mine.ts', MILLRACE_UPSTREAM: '' };
    expect(await configOf(['--listen', '127.0.0.1:7001'], env)).toMatchObject({
      listen: [{ address: { host: '127.0.0.1', port: 7001 } }],
      strategy: './mine.ts',
      upstreams: new Map(),
    });
    expect(await configOf([], env)).toMatchObject({ listen: [{ address: { port: 7000 } }] });
  });

  it('resumes at half of the high-water mark unless told otherwise', async () => {
    expect(await configOf(['--high-water-mark', '1001'])).toMatchObject({ lowWaterMark: 500 });
  });

  it('overlooks the -- that pnpm passes on', async () => {
    expect(await configOf(['--', '--listen', '9000'])).toMatchObject({
      listen: [{ address: { port: 9000 } }],
    });
  });

  it('answers --help and --version whatever else is said', async () => {
    expect(await readConfig(['--listen', 'x', '--help'], {})).toEqual({ kind: 'help' });
    expect(await readConfig(['-h'], {})).toEqual({ kind: 'help' });
    expect(await readConfig(['-v'], {})).toEqual({ kind: 'version' });
    expect(await readConfig(['--version'], {})).toEqual({ kind: 'version' });
  });

  it('explains every setting in the help, with its variable and default', () => {
    for (const name of settingNames) {
      const { env, fallback = '' }: Setting = settings[name];
      expect(usage()).toContain(`--${name} `);
      expect(usage()).toContain(env);
      expect(usage()).toContain(fallback);
    }
  });
});

describe.each([
  [
    ['--admin-listen', '/status'],
    '--admin-listen is "/status"; it must be HOST:PORT, as 127.0.0.1:8080 or [::1]:8080, with a port from 0 to 65535.',
  ],
  [
    ['--listen', 'nowhere'],
    '--listen is "nowhere"; it must be HOST:PORT, as 127.0.0.1:8080 or [::1]:8080, with a port from 0 to 65535.',
  ],
  [
    ['--listen', '127.0.0.1:65536'],
    '--listen is "127.0.0.1:65536"; it must be HOST:PORT, as 127.0.0.1:8080 or [::1]:8080, with a port from 0 to 65535.',
  ],
  [
    ['--listen', '::1:80'],
    '--listen is "::1:80"; it must be HOST:PORT, as 127.0.0.1:8080 or [::1]:8080, with a port from 0 to 65535.',
  ],
  [
    ['--upstream', 'origin:80'],
    '--upstream is "origin:80"; it must be http://HOST:PORT or https://HOST:PORT.',
  ],
  [
    ['--upstream', 'ftp://origin'],
    '--upstream is "ftp://origin"; it must be http://HOST:PORT or https://HOST:PORT.',
  ],
  [
    ['--upstream', 'http://me:secret@origin'],
    '--upstream carries a user name or password; it must be http://HOST:PORT or https://HOST:PORT, without credentials.',
  ],
  [
    ['--upstream', 'http://origin/api'],
    '--upstream is "http://origin/api"; it must be http://HOST:PORT or https://HOST:PORT, without a path, since request paths are passed on as they come.',
  ],
  [
    ['--listen', '127.0.0.1:81', '--upstream', 'http://127.0.0.1:81'],
    '--upstream is http://127.0.0.1:81, where the proxy itself is to listen.',
  ],
  [['--strategy', ' '], '--strategy is " "; it must be a package name or a file.'],
  [
    ['--high-water-mark', '64k'],
    '--high-water-mark is "64k"; it must be a whole number of bytes, from 1 to 1073741824.',
  ],
  [
    ['--high-water-mark', '0'],
    '--high-water-mark is 0; it must be a whole number of bytes, from 1 to 1073741824.',
  ],
  [
    ['--high-water-mark', '1073741825'],
    '--high-water-mark is 1073741825; it must be a whole number of bytes, from 1 to 1073741824.',
  ],
  [
    ['--high-water-mark', '10', '--low-water-mark', '10'],
    '--low-water-mark is 10; it must be a whole number of bytes below the high-water mark, from 0 to 9.',
  ],
  [
    ['--drain-timeout-ms', '1.5'],
    '--drain-timeout-ms is "1.5"; it must be a whole number of milliseconds, from 0 to 2147483647.',
  ],
  [
    ['--drain-timeout-ms', '2147483648'],
    '--drain-timeout-ms is 2147483648; it must be a whole number of milliseconds, from 0 to 2147483647.',
  ],
  [['--listen'], '--listen needs a value, HOST:PORT.'],
  [['--listen', '--upstream'], '--listen needs a value, HOST:PORT.'],
  [['--strategy='], '--strategy needs a value, PACKAGE.'],
  [['--upstreams', 'x'], '--upstreams is not known; did you mean --upstream?'],
  [['-p', '80'], '-p is not known; see --help.'],
  [['start'], '"start" is no option; options start with --, see --help.'],
])('%s', (argv, sentence) => {
  it('is refused in one sentence', async () => {
    await expect(readConfig(argv, {})).rejects.toMatchObject({ name: 'ConfigError', message: sentence });
  });
});

describe('a bad variable', () => {
  it('is named, not the flag', async () => {
    await expect(readConfig([], { MILLRACE_LISTEN: 'x' })).rejects.toThrow(/^MILLRACE_LISTEN is "x"; /);
  });
});
