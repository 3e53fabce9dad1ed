/** One thing that can be set, by flag or by environment variable. */
export interface Setting {
  readonly env: string;
  /** Stands for the value in the help. */
  readonly placeholder: string;
  /** What it is called in a configuration file; `undefined` for what is not said there. */
  readonly key?: string;
  readonly isNumber?: boolean;
  /** It names a file; a module, only where it looks like a path. */
  readonly names?: 'file' | 'module';
  /** Shown in the help; the schema has the value. */
  readonly fallback?: string;
  /** For the help. */
  readonly about: string;
}

/** Everything that can be set without a file, in the order of the help. A flag wins over its environment variable. */
export const settings = {
  config: {
    env: 'MILLRACE_CONFIG',
    placeholder: 'FILE',
    about: 'JSON, or an ES module; everything below wins over it. Read again on SIGHUP',
  },
  listen: {
    env: 'MILLRACE_LISTEN',
    placeholder: 'HOST:PORT',
    key: 'listen',
    fallback: '127.0.0.1:8080',
    about: 'where to listen; port 0 picks a free one',
  },
  upstream: {
    env: 'MILLRACE_UPSTREAM',
    placeholder: 'URL',
    key: 'upstream',
    about: 'the one server behind the proxy; when none is named, a demo origin is started',
  },
  strategy: {
    env: 'MILLRACE_STRATEGY',
    placeholder: 'PACKAGE',
    key: 'strategy',
    names: 'module',
    fallback: '@millrace/ring-buffer',
    about: 'the buffer strategy of bodies whose route names none, by package name or file',
  },
  'high-water-mark': {
    env: 'MILLRACE_HIGH_WATER_MARK',
    placeholder: 'BYTES',
    key: 'highWaterMark',
    isNumber: true,
    fallback: '65536',
    about: 'buffered bytes of one body at which its sender is paused',
  },
  'low-water-mark': {
    env: 'MILLRACE_LOW_WATER_MARK',
    placeholder: 'BYTES',
    key: 'lowWaterMark',
    isNumber: true,
    about: 'buffered bytes at which it is resumed; half of the high one by default',
  },
  'admin-listen': {
    env: 'MILLRACE_ADMIN_LISTEN',
    placeholder: 'HOST:PORT',
    key: 'adminListen',
    fallback: '127.0.0.1:8081',
    about: 'where metrics, health and the live page are; there is no password, so keep it private',
  },
  'access-log': {
    env: 'MILLRACE_ACCESS_LOG',
    placeholder: 'FILE',
    key: 'accessLog',
    names: 'file',
    about: 'where a line of JSON for each exchange goes; - is the standard output',
  },
  'drain-timeout-ms': {
    env: 'MILLRACE_DRAIN_TIMEOUT_MS',
    placeholder: 'MS',
    key: 'drainTimeoutMs',
    isNumber: true,
    fallback: '30000',
    about: 'how long open bodies may take to finish after SIGTERM or SIGINT',
  },
  workers: {
    env: 'MILLRACE_WORKERS',
    placeholder: 'N',
    key: 'workers',
    isNumber: true,
    fallback: '1',
    about: 'processes that share the listening sockets',
  },
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingName = keyof typeof settings;

export const settingNames: readonly SettingName[] = Object.keys(settings) as SettingName[];

/** What `--help` prints. */
export function usage(): string {
  const rows = settingNames.map((name) => {
    const { placeholder, about, env, fallback }: Setting = settings[name];
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

SIGHUP reads the configuration file and the certificates again; open bodies go on with what they began with.
The first SIGTERM or SIGINT drains: it stops listening and lets open bodies finish. The second one exits at once.
Exit codes: 0 stopped, 1 failed or cut bodies off, 2 a mistake in the options, 128 + N stopped by a second signal N.
`;
}
