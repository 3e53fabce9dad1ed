import { describe, expect, it } from 'vitest';
import { readConfig } from '../src/config/config.ts';
import { settingNames, settings, usage } from '../src/config/settings.ts';

const defaults = {
  listen: { host: '127.0.0.1', port: 8080 },
  upstream: undefined,
  strategy: '@millrace/ring-buffer',
  highWaterMark: 65_536,
  lowWaterMark: 32_768,
  adminListen: { host: '127.0.0.1', port: 8081 },
  drainTimeoutMs: 30_000,
};

describe('the configuration', () => {
  it('needs nothing to be said', () => {
    expect(readConfig([], {})).toEqual({ kind: 'run', config: defaults });
  });

  it('takes every flag', () => {
    const argv = [
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
      '--drain-timeout-ms',
      '0',
    ];
    expect(readConfig(argv, {})).toEqual({
      kind: 'run',
      config: {
        listen: { host: '::1', port: 9000 },
        upstream: new URL('https://origin.example:8443'),
        strategy: '@millrace/chunk-queue',
        highWaterMark: 1000,
        lowWaterMark: 0,
        adminListen: { host: '127.0.0.1', port: 0 },
        drainTimeoutMs: 0,
      },
    });
  });

  it('takes a variable where there is no flag, and ignores empty ones', () => {
    const env = { MILLRACE_LISTEN: '7000', MILLRACE_STRATEGY: './mine.ts', MILLRACE_UPSTREAM: '' };
    expect(readConfig(['--listen', '127.0.0.1:7001'], env)).toEqual({
      kind: 'run',
      config: { ...defaults, listen: { host: '127.0.0.1', port: 7001 }, strategy: './mine.ts' },
    });
    expect(readConfig([], env)).toMatchObject({ config: { listen: { host: '127.0.0.1', port: 7000 } } });
  });

  it('resumes at half of the high-water mark unless told otherwise', () => {
    expect(readConfig(['--high-water-mark', '1001'], {})).toMatchObject({ config: { lowWaterMark: 500 } });
  });

  it('overlooks the -- that pnpm passes on', () => {
    expect(readConfig(['--', '--listen', '9000'], {})).toMatchObject({ config: { listen: { port: 9000 } } });
  });

  it('answers --help and --version whatever else is said', () => {
    expect(readConfig(['--listen', 'x', '--help'], {})).toEqual({ kind: 'help' });
    expect(readConfig(['-h'], {})).toEqual({ kind: 'help' });
    expect(readConfig(['-v'], {})).toEqual({ kind: 'version' });
    expect(readConfig(['--version'], {})).toEqual({ kind: 'version' });
  });

  it('explains every setting in the help, with its variable and default', () => {
    for (const name of settingNames) {
      expect(usage()).toContain(`--${name} `);
      expect(usage()).toContain(settings[name].env);
      expect(usage()).toContain(settings[name].fallback ?? '');
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
    '--high-water-mark is "0"; it must be a whole number of bytes, from 1 to 1073741824.',
  ],
  [
    ['--high-water-mark', '1073741825'],
    '--high-water-mark is "1073741825"; it must be a whole number of bytes, from 1 to 1073741824.',
  ],
  [
    ['--high-water-mark', '10', '--low-water-mark', '10'],
    '--low-water-mark is "10"; it must be a whole number of bytes below the high-water mark, from 0 to 9.',
  ],
  [
    ['--drain-timeout-ms', '1.5'],
    '--drain-timeout-ms is "1.5"; it must be a whole number of milliseconds, from 0 to 2147483647.',
  ],
  [
    ['--drain-timeout-ms', '2147483648'],
    '--drain-timeout-ms is "2147483648"; it must be a whole number of milliseconds, from 0 to 2147483647.',
  ],
  [['--listen'], '--listen needs a value, HOST:PORT.'],
  [['--listen', '--upstream'], '--listen needs a value, HOST:PORT.'],
  [['--strategy='], '--strategy needs a value, PACKAGE.'],
  [['--upstreams', 'x'], '--upstreams is not known; see --help.'],
  [['-p', '80'], '-p is not known; see --help.'],
  [['start'], '"start" is no option; options start with --, see --help.'],
])('%s', (argv, sentence) => {
  it('is refused in one sentence', () => {
    expect(() => readConfig(argv, {})).toThrow(
      expect.objectContaining({ name: 'ConfigError', message: sentence }),
    );
  });
});

describe('a bad variable', () => {
  it('is named, not the flag', () => {
    expect(() => readConfig([], { MILLRACE_LISTEN: 'x' })).toThrow(/^MILLRACE_LISTEN is "x"; /);
  });
});
