#!/usr/bin/env node
/** The command: argv → config → proxy. Prints where to look, and heeds signals. */
import { readFileSync } from 'node:fs';
import { ConfigError } from './config/config-error.ts';
import { upstreamOf } from './config/config-schema.ts';
import { readConfig, type ProxyConfig } from './config/config.ts';
import { usage } from './config/settings.ts';
import { startDemoOrigin } from './demo/demo-origin.ts';
import { welcome } from './demo/welcome.ts';
import { listening, ProxyProcess } from './run/proxy-process.ts';
import { reloadOnSignal } from './run/reload-on-signal.ts';
import { stopOnSignals } from './run/stop-on-signals.ts';
import { AccessLog } from './watch/access-log.ts';
import { AdminServer } from './watch/admin-server.ts';
import { servePage } from './watch/page/serve-page.ts';
import { spanRecorder } from './watch/spans.ts';

/** Exit codes; the help lists them. */
const FAILED = 1;
const MISTAKE = 2;

try {
  const invocation = await invoke();
  if (invocation.kind === 'help') process.stdout.write(usage());
  else if (invocation.kind === 'version') process.stdout.write(`${version()}\n`);
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

async function run(config: ProxyConfig): Promise<void> {
  const demo = config.upstreams.size === 0 ? await startDemoOrigin() : undefined;
  /** With the demo origin for an upstream, where there is none. */
  const aimed = (unaimed: ProxyConfig): ProxyConfig =>
    unaimed.upstreams.size > 0 || demo === undefined
      ? unaimed
      : { ...unaimed, upstreams: new Map([['default', upstreamOf(demo.url)]]) };

  const accessLog = config.accessLog === undefined ? undefined : new AccessLog(config.accessLog);
  const recordSpan = await spanRecorder();
  const proxy = await ProxyProcess.start(aimed(config), (outcome) => {
    accessLog?.write(outcome);
    recordSpan?.(outcome);
  });
  const admin = await listening('--admin-listen', config.adminListen, (listen) =>
    AdminServer.start({ listen, servePage, subject: proxy }),
  );
  const [url = ''] = proxy.urls;
  const { strategy, upstream } = proxy.snapshot();
  const { highWaterMark, lowWaterMark, drainTimeoutMs } = config;
  const hasDemo = demo !== undefined;
  process.stdout.write(
    welcome({ url, adminUrl: admin.url, upstream, strategy, highWaterMark, lowWaterMark, hasDemo }),
  );
  reloadOnSignal(async () => {
    accessLog?.reopen();
    const invocation = await invoke();
    if (invocation.kind === 'run') await proxy.reload(aimed(invocation.config));
  });
  stopOnSignals(drainTimeoutMs, async () => {
    const cutOff = await proxy.drain(drainTimeoutMs);
    await admin.close();
    await demo?.close();
    await accessLog?.close();
    return cutOff;
  });
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return (manifest as { version: string }).version;
}
