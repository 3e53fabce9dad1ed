import { dirname, resolve } from 'node:path';
import { ConfigError } from './config-error.ts';
import { loadConfigFile } from './config-file.ts';
import { configSchema, upstreamOf, type LimitsConfig, type ListenerConfig } from './config-schema.ts';
import type { ConfigInput, ConnectConfig, ParsedConfig, UpstreamConfig } from './config-schema.ts';
import { readFlags } from './flags.ts';
import { isGivenOpen } from './given-open.ts';
import type { ListenAddress } from './listen-address.ts';
import { placeOf, sentencesOf } from './mistakes.ts';
import { settingNames, settings, type Setting, type SettingName } from './settings.ts';

/** The strategy and the marks of bodies, by name. */
export interface PipeConfig {
  readonly strategy: string;
  /** Where it is named, for messages. */
  readonly strategyPlace: string;
  readonly highWaterMark: number;
  readonly lowWaterMark: number;
}

/** A listener, and where it is described, for messages. */
export type Listener = ListenerConfig & { readonly place: string };

/** One way through the proxy. */
export interface RouteConfig extends PipeConfig {
  /** As `api.example` or `*.example`; `undefined`: any. */
  readonly host: string | undefined;
  /** What a path begins with; `/`: any. */
  readonly path: string;
  /** One of the upstreams. */
  readonly upstream: string;
  readonly keepsHost: boolean;
}

/** What the proxy is told, checked, every default filled in. */
export interface ProxyConfig extends PipeConfig {
  readonly listen: readonly Listener[];
  readonly adminListen: ListenAddress;
  /** By name. Empty: start the demo origin. */
  readonly upstreams: ReadonlyMap<string, UpstreamConfig>;
  /** The most specific first. */
  readonly routes: readonly RouteConfig[];
  /** Where CONNECT may lead; `undefined`: nowhere. */
  readonly connect: ConnectConfig | undefined;
  readonly trustedPeers: readonly string[];
  readonly forwarding: ParsedConfig['forwarding'];
  readonly limits: LimitsConfig;
  readonly drainTimeoutMs: number;
  readonly workers: number;
  /** A file, or `-`. */
  readonly accessLog: string | undefined;
  /** What the files and strategies in it are named from: the folder of the configuration file, or the working directory. */
  readonly baseDirectory: string;
}

export type Invocation =
  | { readonly kind: 'run'; readonly config: ProxyConfig }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' };

const STANDARD_OUTPUT = '-';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What the command line, the environment and the configuration file ask for. A flag wins over its variable, and both
 * win over the file.
 *
 * @throws ConfigError One sentence for each mistake, which names the flag, variable or place in the file, the value,
 *   and what it may be.
 */
export async function readConfig(argv: readonly string[], env: Environment): Promise<Invocation> {
  const flags = readFlags(argv);
  if (flags.kind !== 'settings') return flags;
  const given = givenSettings(flags.values, env);
  const file = given.get('config')?.value;
  const input = file === undefined ? {} : await loadConfigFile(file);
  const overlay = new Map<string, { readonly name: string; readonly value: unknown }>();
  for (const [name, { value, origin }] of given) {
    const setting: Setting = settings[name];
    if (setting.key === undefined) continue;
    const isNumber = setting.isNumber === true && /^\d+$/.test(value);
    const text = file === undefined ? value : fromHere(value, setting);
    overlay.set(setting.key, { name: origin, value: isNumber ? Number(value) : text });
  }
  const nameOf = (key: PropertyKey): string | undefined =>
    overlay.get(String(key))?.name ?? flagOf(file, key);
  return { kind: 'run', config: parse(merged(input, overlay), nameOf, file) };
}

/**
 * The configuration that a file with `input` in it would make.
 *
 * @throws ConfigError
 */
export function configOfInput(input: ConfigInput): ProxyConfig {
  return parse(input, () => undefined, undefined);
}

/** A file that a flag or a variable names is where the user is, and not where the configuration file is. */
function fromHere(value: string, { names }: Setting): string {
  const isPath = names === 'file' ? isFile(value) : names === 'module' && /^\.{1,2}\//.test(value);
  return isPath ? resolve(value) : value;
}

function isFile(name: string): boolean {
  return name !== STANDARD_OUTPUT && name.trim() !== '';
}

/** Without a file, defaults belong to the flags. */
function flagOf(file: string | undefined, key: PropertyKey): string | undefined {
  const name = settingNames.find((candidate) => (settings[candidate] as Setting).key === key);
  return file === undefined && name !== undefined ? `--${name}` : undefined;
}

/** A value and where it was set, which is what a message has to name. */
interface Given {
  readonly value: string;
  readonly origin: string;
}

function givenSettings(flags: ReadonlyMap<SettingName, string>, env: Environment): Map<SettingName, Given> {
  const given = new Map<SettingName, Given>();
  for (const name of settingNames) {
    const flag = flags.get(name);
    const variable = env[settings[name].env];
    if (flag !== undefined) given.set(name, { value: flag, origin: `--${name}` });
    // An empty variable is how shells and containers leave one unset.
    else if (variable !== undefined && variable !== '') {
      given.set(name, { value: variable, origin: settings[name].env });
    }
  }
  return given;
}

function merged(input: unknown, overlay: ReadonlyMap<string, { readonly value: unknown }>): unknown {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return input;
  const whole: Record<string, unknown> = { ...input };
  for (const [key, { value }] of overlay) whole[key] = value;
  // One server for all requests is instead of what the file says about where they go.
  if (overlay.has('upstream')) {
    delete whole.upstreams;
    delete whole.routes;
  }
  return whole;
}

function parse(
  input: unknown,
  nameOf: (key: PropertyKey) => string | undefined,
  file: string | undefined,
): ProxyConfig {
  const result = configSchema.safeParse(input, { reportInput: true });
  if (!result.success) throw new ConfigError(sentencesOf(result.error.issues, nameOf));
  const { upstream, ...parsed } = result.data;
  const mistakes: string[] = [];
  const name = (key: string): string => nameOf(key) ?? key;

  const pipe: PipeConfig = {
    strategy: parsed.strategy,
    strategyPlace: name('strategy'),
    highWaterMark: parsed.highWaterMark,
    lowWaterMark: parsed.lowWaterMark ?? Math.floor(parsed.highWaterMark / 2),
  };
  mistakes.push(...wrongMarks(pipe, name('lowWaterMark')));

  const upstreams = new Map(Object.entries(parsed.upstreams));
  if (upstream !== undefined) {
    if (upstreams.size > 0 || parsed.routes.length > 0) {
      mistakes.push(`${name('upstream')} stands beside upstreams or routes; it must stand alone.`);
    }
    upstreams.set('default', upstreamOf(upstream));
  }
  const [only = 'default'] = upstreams.keys();
  if (upstream === undefined && parsed.routes.length === 0 && upstreams.size > 1) {
    mistakes.push(`There are ${upstreams.size} upstreams and no routes; each must be named in a route.`);
  }
  const written: (typeof parsed.routes)[number][] =
    parsed.routes.length > 0 ? parsed.routes : [{ upstream: only, keepsHost: false }];
  const routes = written.map((route, at): RouteConfig => {
    const strategyPlace = route.strategy === undefined ? pipe.strategyPlace : `routes[${at}].strategy`;
    const own = { ...pipe, ...withoutUndefined(route), strategyPlace };
    // A mark of the route's own goes with one that fits it.
    const isLower = route.highWaterMark !== undefined && route.lowWaterMark === undefined;
    const marks = isLower ? { ...own, lowWaterMark: Math.floor(own.highWaterMark / 2) } : own;
    if (at < parsed.routes.length) mistakes.push(...wrongMarks(marks, `routes[${at}].lowWaterMark`));
    if (upstreams.size > 0 && !upstreams.has(route.upstream)) {
      mistakes.push(
        `routes[${at}].upstream is ${JSON.stringify(route.upstream)}; it must be one of ${[...upstreams.keys()].join(', ')}.`,
      );
    }
    return { ...marks, host: route.host?.toLowerCase(), path: route.path ?? '/' };
  });
  for (const [upstreamName, { servers, tls }] of upstreams) {
    if (tls !== undefined && servers.every(({ url }) => url.protocol !== 'https:')) {
      mistakes.push(`upstreams.${upstreamName}.tls is for https servers; there must be at least one.`);
    }
    for (const { url } of servers) {
      if (!isLoop(parsed.listen, url)) continue;
      const where = upstream === undefined ? `upstreams.${upstreamName}` : name('upstream');
      mistakes.push(`${where} is ${url.origin}, where the proxy itself is to listen.`);
    }
  }
  if (parsed.workers > 1 && parsed.accessLog !== undefined && isGivenOpen(parsed.accessLog)) {
    mistakes.push(
      `${name('accessLog')} is ${JSON.stringify(parsed.accessLog)}, which workers do not get; it must be a file of a name of its own, or workers 1.`,
    );
  }
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  const {
    listen,
    adminListen,
    connect,
    trustedPeers,
    forwarding,
    limits,
    drainTimeoutMs,
    workers,
    accessLog,
  } = parsed;
  return {
    ...pipe,
    listen: listen.map((listener, at) => ({
      ...listener,
      place: placeOf(hasSeveral(input) ? ['listen', at] : ['listen'], nameOf),
    })),
    adminListen,
    upstreams,
    routes: routes.toSorted(bySpecificity),
    connect,
    trustedPeers,
    forwarding,
    limits,
    drainTimeoutMs,
    workers,
    accessLog: file === undefined ? accessLog : fromFolder(accessLog, dirname(file)),
    baseDirectory: file === undefined ? '.' : dirname(file),
  };
}

/** Whether a configuration has a list of listeners, and not one alone. */
function hasSeveral(input: unknown): boolean {
  return Array.isArray((input as ConfigInput).listen);
}

function fromFolder(accessLog: string | undefined, folder: string): string | undefined {
  return accessLog === undefined || !isFile(accessLog) ? accessLog : resolve(folder, accessLog);
}

function wrongMarks({ highWaterMark, lowWaterMark }: PipeConfig, name: string): string[] {
  if (lowWaterMark < highWaterMark) return [];
  const most = highWaterMark - 1;
  return [
    `${name} is ${lowWaterMark}; it must be a whole number of bytes below the high-water mark, from 0 to ${most}.`,
  ];
}

function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

/** A host wins over a pattern, a pattern over none, the longer of two; then the longer path. */
function bySpecificity(a: RouteConfig, b: RouteConfig): number {
  const rank = ({ host }: RouteConfig): number =>
    host === undefined ? 0 : host.startsWith('*.') ? host.length : 1000 + host.length;
  return rank(b) - rank(a) || b.path.length - a.path.length;
}

/** The one mistake in aiming that would look like a hang: every request would come back in. */
function isLoop(listeners: readonly ListenerConfig[], url: URL): boolean {
  return listeners.some(({ address: { host, port }, tls }) => {
    if (port === 0) return false;
    const named = host.includes(':') ? `[${host}]` : host;
    return URL.parse(`${tls === undefined ? 'http' : 'https'}://${named}:${port}`)?.origin === url.origin;
  });
}
