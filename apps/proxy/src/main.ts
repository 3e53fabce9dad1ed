#!/usr/bin/env node
/** The command: argv → config → server. Prints where to look, and stops on signals. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { constants } from 'node:os';
import { pathToFileURL } from 'node:url';
import { loadStrategy, PipeError, type BufferStrategy } from '@millrace/core';
import { readConfig, type ListenAddress, type ProxyConfig } from './config/config.ts';
import { ConfigError } from './config/config-error.ts';
import { startDemoOrigin, type DemoOrigin } from './demo/demo-origin.ts';
import { Upstream } from './upstream/upstream.ts';
import type { BodyPipe, Route } from './upstream/route.ts';
import { AdminServer } from './watch/admin-server.ts';
import { BodyLedger } from './watch/body-ledger.ts';
import { proxySnapshot } from './watch/proxy-snapshot.ts';
import { servePage } from './watch/page/serve-page.ts';
import { ProxyServer } from './listener/proxy-server.ts';
import { usage } from './config/settings.ts';
import { welcome } from './demo/welcome.ts';

/** Exit codes; the help lists them. */
const FAILED = 1;
const MISTAKE = 2;

try {
  const invocation = readConfig(process.argv.slice(2), process.env);
  if (invocation.kind === 'help') process.stdout.write(usage());
  else if (invocation.kind === 'version') process.stdout.write(`${version()}\n`);
  else await run(invocation.config);
} catch (reason) {
  process.stderr.write(`millrace-proxy: ${reason instanceof Error ? reason.message : String(reason)}\n`);
  // Nothing may keep a proxy alive that has not started.
  process.exit(reason instanceof ConfigError ? MISTAKE : FAILED);
}

async function run(config: ProxyConfig): Promise<void> {
  const strategy = await strategyFor(config);
  const demo = config.upstream === undefined ? await startDemoOrigin() : undefined;
  const url = config.upstream ?? (demo as DemoOrigin).url;
  const { highWaterMark, lowWaterMark } = config;
  const pipe: BodyPipe = { strategy, highWaterMark, lowWaterMark };
  const route: Route = { ...pipe, upstream: new Upstream({ ...pipe, url }) };
  const ledger = new BodyLedger();
  const server = await listening('--listen', config.listen, (listen) =>
    ProxyServer.start({ listen, routing: { routeFor: () => route }, ledger }),
  );
  const admin = await listening('--admin-listen', config.adminListen, (listen) =>
    AdminServer.start({ listen, servePage, snapshot: () => proxySnapshot(route, ledger.snapshot()) }),
  );
  process.stdout.write(
    welcome({
      ...config,
      url: server.url,
      adminUrl: admin.url,
      upstream: url.origin,
      strategy: strategy.name,
      hasDemo: demo !== undefined,
    }),
  );
  stopOnSignals(config.drainTimeoutMs, async () => {
    const cutOff = await server.drain(config.drainTimeoutMs);
    await route.upstream.destroy(new Error('The proxy has stopped'));
    await admin.close();
    ledger.stop();
    await demo?.close();
    return cutOff;
  });
}

async function strategyFor({ strategy }: ProxyConfig): Promise<BufferStrategy> {
  const isPath = /^\.{0,2}\//.test(strategy);
  if (isPath && !existsSync(strategy)) {
    throw new ConfigError(`--strategy is ${JSON.stringify(strategy)}; there is no such file.`);
  }
  const specifier = isPath ? pathToFileURL(resolve(strategy)).href : strategy;
  try {
    return await loadStrategy(specifier, { import: (name) => import(name) });
  } catch (reason) {
    if (reason instanceof PipeError) throw new ConfigError(reason.message, { cause: reason });
    throw reason;
  }
}

async function listening<T>(
  flag: string,
  address: ListenAddress,
  start: (address: ListenAddress) => Promise<T>,
): Promise<T> {
  const { host, port } = address;
  try {
    return await start(address);
  } catch (reason) {
    const why = {
      EADDRINUSE: 'is in use',
      EACCES: 'needs more rights',
      EADDRNOTAVAIL: 'is not on this machine',
    }[(reason as NodeJS.ErrnoException).code ?? ''];
    if (why === undefined) throw reason;
    throw new Error(`${host}:${port} ${why}; choose another address with ${flag} HOST:PORT.`, {
      cause: reason,
    });
  }
}

function stopOnSignals(drainTimeoutMs: number, drain: () => Promise<number>): void {
  let isStopping = false;
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (isStopping) process.exit(128 + constants.signals[signal]);
    isStopping = true;
    process.stdout.write(`${signal}: stopped listening, letting open bodies finish\n`);
    const cutOff = await drain();
    if (cutOff === 0) return;
    const what = cutOff === 1 ? '1 exchange was' : `${cutOff} exchanges were`;
    process.stderr.write(`millrace-proxy: ${what} cut off after ${drainTimeoutMs} ms.\n`);
    process.exitCode = FAILED;
  };
  process.on('SIGTERM', (signal) => void stop(signal));
  process.on('SIGINT', (signal) => void stop(signal));
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return (manifest as { version: string }).version;
}
