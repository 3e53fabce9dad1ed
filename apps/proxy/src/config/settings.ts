/** One thing that can be set, by flag or by environment variable. */
export interface Setting {
  readonly env: string;
  /** Stands for the value in the help. */
  readonly placeholder: string;
  readonly fallback: string | undefined;
  /** For the help. */
  readonly about: string;
}

/** Everything that can be set, in the order of the help. A flag wins over its environment variable. */
export const settings = {
  listen: {
    env: 'MILLRACE_LISTEN',
    placeholder: 'HOST:PORT',
    fallback: '127.0.0.1:8080',
    about: 'where to listen; port 0 picks a free one',
  },
  upstream: {
    env: 'MILLRACE_UPSTREAM',
    placeholder: 'URL',
    fallback: undefined,
    about: 'the server behind the proxy; without one, a demo origin is started',
  },
  strategy: {
    env: 'MILLRACE_STRATEGY',
    placeholder: 'PACKAGE',
    fallback: '@millrace/ring-buffer',
    about: 'the buffer strategy that all bodies go through, by package name or file',
  },
  'high-water-mark': {
    env: 'MILLRACE_HIGH_WATER_MARK',
    placeholder: 'BYTES',
    fallback: '65536',
    about: 'buffered bytes of one body at which its sender is paused',
  },
  'low-water-mark': {
    env: 'MILLRACE_LOW_WATER_MARK',
    placeholder: 'BYTES',
    fallback: undefined,
    about: 'buffered bytes at which it is resumed; half of the high one by default',
  },
  'admin-listen': {
    env: 'MILLRACE_ADMIN_LISTEN',
    placeholder: 'HOST:PORT',
    fallback: '127.0.0.1:8081',
    about: 'where the live page is; it has no password, so keep it on the loopback',
  },
  'drain-timeout-ms': {
    env: 'MILLRACE_DRAIN_TIMEOUT_MS',
    placeholder: 'MS',
    fallback: '30000',
    about: 'how long open bodies may take to finish after SIGTERM or SIGINT',
  },
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingName = keyof typeof settings;

export const settingNames: readonly SettingName[] = Object.keys(settings) as SettingName[];

/** What `--help` prints. */
export function usage(): string {
  const rows = settingNames.map((name) => {
    const { placeholder, about, env, fallback } = settings[name];
    const left = `  --${name} ${placeholder}`.padEnd(28);
    const details = fallback === undefined ? env : `${fallback}; ${env}`;
    return `${left}${about}\n${''.padEnd(28)}[${details}]`;
  });
  return `Usage: millrace-proxy [options]

A reverse proxy whose request and response bodies stream through the byte buffer strategy you name.

Options, each with its default and its environment variable:
${rows.join('\n')}
  -h, --help                print this
  -v, --version             print the version

The first SIGTERM or SIGINT drains: it stops listening and lets open bodies finish. The second one exits at once.
Exit codes: 0 stopped, 1 failed or cut bodies off, 2 a mistake in the options, 128 + N stopped by a second signal N.
`;
}
