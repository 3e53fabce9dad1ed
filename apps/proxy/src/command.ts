/** The command: argv → config → proxy. Prints where to look, and heeds signals. */
import cluster from 'node:cluster';
import { readFileSync } from 'node:fs';
import { ConfigError } from './config/config-error.ts';
import { upstreamOf } from './config/config-schema.ts';
import { readConfig, type ProxyConfig } from './config/config.ts';
import { usage } from './config/settings.ts';
import { startDemoOrigin } from './demo/demo-origin.ts';
import { welcome } from './demo/welcome.ts';
import { isGivenOpen } from './config/given-open.ts';
import { messageOf } from './message-of.ts';
import { isOwnWorker } from './run/own-worker.ts';
import { wasStartedAgain } from './run/lean-start.ts';
import { needsRestart } from './run/needs-restart.ts';
import { listening } from './run/proxy-process.ts';
import { reloadOnSignal } from './run/reload-on-signal.ts';
import { runWorker } from './run/run-worker.ts';
import { stopOnSignals } from './run/stop-on-signals.ts';
import { startWatched } from './run/watched-process.ts';
import { Workers } from './run/workers.ts';
import { AdminServer, type AdminSubject } from './watch/admin-server.ts';
import { servePage } from './watch/page/serve-page.ts';

/** Exit codes; the help lists them. */
const FAILED = 1;
const MISTAKE = 2;

// A proxy goes on when nobody reads what it prints any more.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

try {
  const invocation = await invoke();
  if (invocation.kind === 'help') process.stdout.write(usage());
  else if (invocation.kind === 'version') process.stdout.write(`${version()}\n`);
  else if (isOwnWorker()) runWorker(readAgain);
  else await run(invocation.config);
} catch (reason) {
  const sentences = reason instanceof ConfigError ? reason.sentences : [messageOf(reason)];
  for (const sentence of sentences) process.stderr.write(`millrace-proxy: ${sentence}\n`);
  // Nothing may keep a proxy alive that has not started.
  process.exit(reason instanceof ConfigError ? MISTAKE : FAILED);
}

function invoke(): ReturnType<typeof readConfig> {
  return readConfig(process.argv.slice(2), process.env);
}

/** With the demo origin for an upstream, where there is none. */
function aimed(config: ProxyConfig, demoUrl: URL | undefined): ProxyConfig {
  if (config.upstreams.size > 0 || demoUrl === undefined) return config;
  return { ...config, upstreams: new Map([['default', upstreamOf(demoUrl)]]) };
}

async function readAgain(demoUrl: URL | undefined): Promise<ProxyConfig> {
  const invocation = await invoke();
  if (invocation.kind !== 'run') throw new TypeError('The command line has changed');
  return aimed(invocation.config, demoUrl);
}

/** A proxy that runs, in however many processes. */
interface Running {
  readonly subject: AdminSubject;
  readonly urls: readonly string[];
  /** @returns What was read. */
  reload(): Promise<ProxyConfig>;
  drain(timeoutMs: number): Promise<number>;
}

async function run(config: ProxyConfig): Promise<void> {
  const { accessLog } = config;
  if (accessLog !== undefined && isGivenOpen(accessLog) && wasStartedAgain()) {
    throw new ConfigError(
      `accessLog is ${JSON.stringify(accessLog)}, which was closed when the proxy started itself again to take less memory; name it with --access-log, which it looks at before.`,
    );
  }
  const demo = config.upstreams.size === 0 ? await startDemoOrigin() : undefined;
  const starting = config.workers > 1 ? runMany(config, demo?.url) : runOne(config, demo?.url);
  // Heeded from now on, and obeyed when there is something to reload: unheard, it would end the process.
  reloadOnSignal(async () => needsRestart(config, await (await starting).reload()));
  const running = await starting;
  const admin = await listening('--admin-listen', config.adminListen, (listen) =>
    AdminServer.start({ listen, servePage, subject: running.subject }),
  );
  const { drainTimeoutMs } = config;
  stopOnSignals(drainTimeoutMs, async () => {
    const cutOff = await running.drain(drainTimeoutMs);
    await admin.close();
    await demo?.close();
    // To the primary of a cluster that it may be in: it would keep the process.
    process.channel?.unref();
    return cutOff;
  });
  // Last: whoever reads that it listens may send a signal at once.
  const { routes, upstreams } = aimed(config, demo?.url);
  process.stdout.write(
    welcome({
      urls: running.urls,
      routes: routes.map((route) => ({
        ...route,
        matches: `${route.host ?? ''}${route.path}`,
        origins: (upstreams.get(route.upstream)?.servers ?? []).map(({ url }) => url.origin),
      })),
      adminUrl: admin.url,
      hasDemo: demo !== undefined,
      processId: process.pid,
    }),
  );
}

async function runOne(config: ProxyConfig, demoUrl: URL | undefined): Promise<Running> {
  const watched = await startWatched(aimed(config, demoUrl));
  return {
    subject: watched.proxy,
    urls: watched.proxy.urls,
    drain: (timeoutMs) => watched.drain(timeoutMs),
    async reload() {
      const next = await readAgain(demoUrl);
      await watched.reload(next);
      return next;
    },
  };
}

async function runMany({ workers: count }: ProxyConfig, demoUrl: URL | undefined): Promise<Running> {
  if (cluster.isWorker) {
    throw new ConfigError(
      `workers is ${count}, but this process is a worker of another cluster already; leave it at 1 and start more of those.`,
    );
  }
  const { workers, urls } = await Workers.start(count, demoUrl?.href);
  return {
    subject: workers,
    urls,
    drain: (timeoutMs) => workers.drain(timeoutMs),
    async reload() {
      // What is wrong with it is found here, before any of them has changed.
      const next = await readAgain(demoUrl);
      await workers.reload();
      return next;
    },
  };
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return (manifest as { version: string }).version;
}
