import { parseArgs } from 'node:util';
import { ConfigError } from './config-error.ts';
import { settingNames, settings, type SettingName } from './settings.ts';

export interface ListenAddress {
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
}

/** What the proxy is told, checked, every default filled in. */
export interface ProxyConfig {
  readonly listen: ListenAddress;
  /** `undefined`: start the demo origin. */
  readonly upstream: URL | undefined;
  readonly strategy: string;
  readonly highWaterMark: number;
  readonly lowWaterMark: number;
  readonly adminListen: ListenAddress;
  readonly drainTimeoutMs: number;
}

export type Invocation =
  | { readonly kind: 'run'; readonly config: ProxyConfig }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' };

/** A value and where it was set, which is what a message has to name. */
interface Given {
  readonly value: string;
  readonly origin: string;
}

/** A fixed store allocates this much for every open body. */
const MOST_HIGH_WATER_MARK = 1024 ** 3;
/** The longest time a timer of JavaScript can be set to. */
const MOST_DRAIN_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * What the command line and the environment ask for.
 *
 * @throws ConfigError One sentence that names the flag or variable, its value, and what it may be.
 */
export function readConfig(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Invocation {
  const flags = readFlags(argv);
  if (flags.has('help')) return { kind: 'help' };
  if (flags.has('version')) return { kind: 'version' };

  const given = (name: SettingName): Given | undefined => {
    const flag = flags.get(name);
    if (flag !== undefined) return { value: flag, origin: `--${name}` };
    const variable = env[settings[name].env];
    // An empty variable is how shells and containers leave one unset.
    return variable === undefined || variable === ''
      ? undefined
      : { value: variable, origin: settings[name].env };
  };
  const orDefault = (name: SettingName): Given =>
    given(name) ?? { value: settings[name].fallback ?? '', origin: `--${name}` };

  const upstream = given('upstream');
  const lowWaterMark = given('low-water-mark');
  const highWaterMark = wholeNumber(orDefault('high-water-mark'), 'bytes', 1, MOST_HIGH_WATER_MARK);
  const config: ProxyConfig = {
    listen: listenAddress(orDefault('listen')),
    upstream: upstream === undefined ? undefined : upstreamUrl(upstream),
    strategy: strategyName(orDefault('strategy')),
    highWaterMark,
    lowWaterMark:
      lowWaterMark === undefined
        ? Math.floor(highWaterMark / 2)
        : wholeNumber(lowWaterMark, 'bytes below the high-water mark', 0, highWaterMark - 1),
    adminListen: listenAddress(orDefault('admin-listen')),
    drainTimeoutMs: wholeNumber(orDefault('drain-timeout-ms'), 'milliseconds', 0, MOST_DRAIN_TIMEOUT_MS),
  };
  refuseLoop(config);
  return { kind: 'run', config };
}

/** The flags that were set. Not in parseArgs' strict mode, whose messages are several sentences. */
function readFlags(argv: readonly string[]): Map<string, string> {
  // pnpm passes on the `--` of `pnpm start -- --listen …`.
  const args = argv[0] === '--' ? argv.slice(1) : [...argv];
  const { tokens } = parseArgs({
    args,
    options: {
      ...Object.fromEntries(settingNames.map((name) => [name, { type: 'string' as const }])),
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean', short: 'v' },
    },
    strict: false,
    tokens: true,
  });
  const flags = new Map<string, string>();
  for (const token of tokens) {
    if (token.kind !== 'option') {
      const what = token.kind === 'positional' ? token.value : '--';
      throw new ConfigError(`${JSON.stringify(what)} is no option; options start with --, see --help.`);
    }
    const { name, rawName, value, inlineValue } = token;
    if (name === 'help' || name === 'version') {
      flags.set(name, '');
      continue;
    }
    if (!Object.hasOwn(settings, name)) throw new ConfigError(`${rawName} is not known; see --help.`);
    if (value === undefined || value === '' || (!inlineValue && value.startsWith('-'))) {
      throw new ConfigError(`--${name} needs a value, ${settings[name as SettingName].placeholder}.`);
    }
    flags.set(name, value);
  }
  return flags;
}

function listenAddress({ value, origin }: Given): ListenAddress {
  const match = /^(?:(?:\[(?<v6>[\da-f:.]+)\]|(?<name>[^\s:[\]/]+)):)?(?<port>\d{1,5})$/i.exec(value);
  const { v6, name, port = '' } = match?.groups ?? {};
  if (match !== null && Number(port) <= 65_535) {
    return { host: v6 ?? name ?? '127.0.0.1', port: Number(port) };
  }
  throw new ConfigError(
    `${origin} is ${JSON.stringify(value)}; it must be HOST:PORT, as 127.0.0.1:8080 or [::1]:8080, with a port from 0 to 65535.`,
  );
}

function upstreamUrl({ value, origin }: Given): URL {
  const url = URL.parse(value);
  const mustBe = 'it must be http://HOST:PORT or https://HOST:PORT';
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new ConfigError(`${origin} is ${JSON.stringify(value)}; ${mustBe}.`);
  }
  if (url.username !== '' || url.password !== '') {
    // Not repeated: messages end up in logs.
    throw new ConfigError(`${origin} carries a user name or password; ${mustBe}, without credentials.`);
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw new ConfigError(
      `${origin} is ${JSON.stringify(value)}; ${mustBe}, without a path, since request paths are passed on as they come.`,
    );
  }
  return url;
}

function strategyName({ value, origin }: Given): string {
  if (value.trim() !== '') return value;
  throw new ConfigError(`${origin} is ${JSON.stringify(value)}; it must be a package name or a file.`);
}

function wholeNumber({ value, origin }: Given, unit: string, least: number, most: number): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= least && number <= most) return number;
  throw new ConfigError(
    `${origin} is ${JSON.stringify(value)}; it must be a whole number of ${unit}, from ${least} to ${most}.`,
  );
}

/** The one mistake in aiming that would look like a hang: every request would come back in. */
function refuseLoop({ listen, upstream }: ProxyConfig): void {
  if (upstream === undefined || upstream.protocol !== 'http:' || listen.port === 0) return;
  const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;
  if (URL.parse(`http://${host}:${listen.port}`)?.origin === upstream.origin) {
    throw new ConfigError(`--upstream is ${upstream.origin}, where the proxy itself is to listen.`);
  }
}
