import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { rivals } from '../faults/rivals.ts';
import { configFile, freePort, PinnedProcess } from './pinned-process.ts';

/** A proxy to be measured. */
export interface Contender {
  readonly name: string;
  /** `loop`: undici and node:http without a proxy's duties. */
  readonly kind: 'native' | 'loop' | 'node' | 'ours';
  start(setting: Setting): Promise<{ process: PinnedProcess; url: URL }>;
}

export interface Setting {
  readonly upstream: URL;
  readonly core: number;
  /** For configuration, and for what Node has compiled: types are stripped once, not in what is measured. */
  readonly folder: string;
}

const serveBareLoop = new URL('./serve-bare-loop.ts', import.meta.url);
const serveRival = new URL('../faults/serve-rival.ts', import.meta.url);
const proxyCommand = new URL('../../src/main.ts', import.meta.url);

function nodeProcess(file: URL, args: readonly string[], { core, folder }: Setting) {
  return PinnedProcess.listening({
    command: process.execPath,
    args: [fileURLToPath(file), ...args],
    core,
    env: { NODE_COMPILE_CACHE: `${folder}/compiled`, NODE_ENV: 'production' },
  });
}

/** The version that a program says it has. */
export function versionOf(command: string, flag: string, pattern: RegExp): string {
  // nginx says it on the standard error output, and wrk exits with 1.
  const { stdout, stderr, error } = spawnSync(command, [flag], { encoding: 'latin1' });
  if (error !== undefined) throw new Error(`${command} is needed, as Debian has it: ${error.message}`);
  return pattern.exec(stdout + stderr)?.[1] ?? 'of an unknown version';
}

const nginx: Contender = {
  name: `nginx ${versionOf('nginx', '-v', /nginx\/([\d.]+)/)}`,
  kind: 'native',
  async start({ upstream, core, folder }) {
    const port = await freePort();
    const file = configFile(
      folder,
      'nginx-proxy.conf',
      `daemon off; master_process off; pid ${folder}/nginx-proxy.pid; error_log stderr;
events { worker_connections 4096; }
http {
  access_log off; keepalive_requests 1000000000;
  proxy_temp_path ${folder}/nginx-proxy-temp; proxy_max_temp_file_size 0;
  upstream origin { server ${upstream.host}; keepalive 256; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }
}
`,
    );
    return PinnedProcess.on(port, { command: 'nginx', args: ['-e', 'stderr', '-c', file], core });
  },
};

const haproxy: Contender = {
  name: `haproxy ${versionOf('haproxy', '-v', /version ([\d.]+)/)}`,
  kind: 'native',
  async start({ upstream, core, folder }) {
    const port = await freePort();
    const file = configFile(
      folder,
      'haproxy.cfg',
      `global
  nbthread 1
  maxconn 4096
defaults
  mode http
  timeout connect 10s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend all
  bind 127.0.0.1:${port}
  default_backend origin
backend origin
  server one ${upstream.host}
`,
    );
    return PinnedProcess.on(port, { command: 'haproxy', args: ['-db', '-f', file], core });
  },
};

const bareLoop: Contender = {
  name: 'bare undici loop',
  kind: 'loop',
  start: (setting) => nodeProcess(serveBareLoop, [setting.upstream.origin], setting),
};

/** Those of the fault matrix. Three of them open a connection for each request unless they are given an agent. */
const peers: Contender[] = rivals.flatMap((rival, index) => {
  if (rival.name.startsWith('millrace')) return [];
  const serve = (name: string, ...mode: string[]): Contender => ({
    name,
    kind: 'node',
    start: (setting) => nodeProcess(serveRival, [String(index), setting.upstream.href, ...mode], setting),
  });
  if (rival.name.startsWith('@fastify')) return [serve(rival.name)];
  return [serve(rival.name), serve(`${rival.name}, keep-alive agent`, 'keep-alive')];
});

/** The command as people start it, admin listener and metrics included. */
function millrace(strategy: string): Contender {
  return {
    name: `millrace, ${strategy}`,
    kind: 'ours',
    start(setting) {
      const listen = ['--listen', '127.0.0.1:0', '--admin-listen', '127.0.0.1:0'];
      const aim = ['--upstream', setting.upstream.origin, '--strategy', `@millrace/${strategy}`];
      return nodeProcess(proxyCommand, [...listen, ...aim], setting);
    },
  };
}

export const contenders: readonly Contender[] = [
  nginx,
  haproxy,
  bareLoop,
  ...peers,
  ...['chunk-queue', 'ring-buffer', 'copy-on-yield'].map(millrace),
];
