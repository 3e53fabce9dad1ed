import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Consumer } from './consumer.ts';
import type { Grading } from './grading.ts';

/** Without `nodejs_compat`: what runs on the bare Workers runtime runs on the one that is more like Node. */
const CONFIG = `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "worker", esModule = embed "grade-bundled.js")],
    compatibilityDate = "2026-01-01",
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`;

/** Grades one strategy in a worker of its own. */
export async function gradeInWorkerd(
  executable: string,
  { folder }: Consumer,
  strategy: string,
  mode: string,
): Promise<Grading> {
  const config = join(folder, 'workerd.capnp');
  writeFileSync(config, CONFIG);
  const child = spawn(executable, ['serve', config, '--control-fd=3'], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  const printed = text(child.stderr as Readable);
  try {
    const port = await listeningPort(child.stdio[3] as Readable);
    if (port === undefined) throw new Error(`workerd did not start: ${await printed}`);
    const query = new URLSearchParams({ name: strategy, mode });
    // Not fetch: it gives up on an answer that takes minutes.
    const [response] = (await once(get(`http://127.0.0.1:${port}/?${query}`), 'response')) as [
      IncomingMessage,
    ];
    const body = await text(response);
    if (response.statusCode !== 200) throw new Error(`workerd answered ${response.statusCode}: ${body}`);
    return JSON.parse(body) as Grading;
  } finally {
    child.kill('SIGKILL');
  }
}

async function listeningPort(control: Readable): Promise<number | undefined> {
  for await (const line of createInterface(control)) {
    const { event, port } = JSON.parse(line) as { event: string; port: number };
    if (event === 'listen') return port;
  }
  return undefined;
}
