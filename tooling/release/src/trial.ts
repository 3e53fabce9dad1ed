import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { repositoryRoot } from '@millrace/checks/workspace';
import type { PackageManager, Place } from './package-manager.ts';
import { runCommand } from './run-command.ts';
import type { Call } from './run-command.ts';

/** What the newcomer does, in order. */
export const steps = ['install', 'stream a body', 'grade a package and a file', 'start the proxy'] as const;

export type Step = (typeof steps)[number];

/** What became of one package manager: a fact for each step that worked, and the one that did not. */
export interface Trial {
  readonly label: string;
  readonly version: string;
  readonly runsOn: string;
  readonly done: Readonly<Partial<Record<Step, string>>>;
  readonly failure?: { readonly step: Step; readonly message: string };
}

const STRATEGY = '@millrace/ring-buffer';
const PROXY = '@millrace/proxy';
const BODY_BYTES = 3_000_001;

/** The body that every step moves. */
const body = Buffer.from(Uint8Array.from({ length: BODY_BYTES }, (_, index) => (index * 31) & 255));
const bodyHash = createHash('sha256').update(body).digest('hex');

/** Takes one package manager through all steps, in an empty folder. Stops at the first that fails. */
export async function tryManager(manager: PackageManager, place: Place): Promise<Trial> {
  const { label, version, runsOn } = manager;
  const done: Partial<Record<Step, string>> = {};
  prepareFolder(manager, place);
  for (const step of steps) {
    try {
      done[step] = await actions[step](manager, place);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { label, version, runsOn, done, failure: { step, message } };
    }
  }
  return { label, version, runsOn, done };
}

function prepareFolder(manager: PackageManager, place: Place): void {
  mkdirSync(place.folder, { recursive: true });
  manager.prepare(place);
  copyFileSync(join(import.meta.dirname, '../consumer/stream.mjs'), join(place.folder, 'stream.mjs'));
  // A store in a file of one's own, as the README of the suite has it.
  const example = join(repositoryRoot, 'packages/conformance/examples/linked-slab-store.ts');
  const store = stripTypeScriptTypes(readFileSync(example, 'utf8'));
  writeFileSync(join(place.folder, 'my-store.mjs'), store);
}

const actions: Readonly<Record<Step, (manager: PackageManager, place: Place) => Promise<string>>> = {
  async install(manager, place) {
    const names = ['@millrace/core', STRATEGY, '@millrace/conformance', PROXY];
    await runCommand(manager.install(place, names));
    return 'yes';
  },

  async 'stream a body'(manager, place) {
    const { stdout } = await runCommand(manager.runFile(place, 'stream.mjs', [STRATEGY, String(BODY_BYTES)]));
    const { strategy, received, sha256 } = JSON.parse(stdout) as Record<string, unknown>;
    if (strategy !== STRATEGY || received !== BODY_BYTES || sha256 !== bodyHash)
      throw new Error(`The body did not arrive as it was sent: ${stdout}`);
    return `${BODY_BYTES.toLocaleString('en')} bytes`;
  },

  async 'grade a package and a file'(manager, place) {
    const args = [STRATEGY, './my-store.mjs', '--profile', 'quick', '--reporter', 'json=report.json'];
    await runCommand(manager.runPackage(place, '@millrace/conformance', args));
    const report = JSON.parse(readFileSync(join(place.folder, 'report.json'), 'utf8')) as {
      subjects: { name: string; verdict: string; laws: { status: string }[] }[];
    };
    const verdicts = report.subjects.map(({ name, verdict, laws }) => {
      const held = laws.filter(({ status }) => status === 'pass').length;
      if (verdict !== 'conformant') throw new Error(`${name} is ${verdict}`);
      return `${held} laws`;
    });
    if (verdicts.length !== 2) throw new Error(`The report is on ${verdicts.length} subjects, not on 2`);
    return verdicts.join(', ');
  },

  async 'start the proxy'(manager, place) {
    const upstream = createServer((_request, response) => response.end(body)).listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    const { port } = upstream.address() as AddressInfo;
    const flags = [
      '--listen',
      '127.0.0.1:0',
      '--upstream',
      `http://127.0.0.1:${port}`,
      '--strategy',
      STRATEGY,
    ];
    try {
      const fetched = await fetchThrough(manager.runPackage(place, PROXY, flags));
      return manager.commandRunsOn(PROXY) === manager.runsOn
        ? fetched
        : `${fetched}, on ${manager.commandRunsOn(PROXY)}`;
    } finally {
      upstream.close();
    }
  },
};

/** Starts a proxy, fetches the body through it, and stops it again. */
async function fetchThrough({ command, args, cwd, env }: Call): Promise<string> {
  // A group of its own: what the package manager starts goes with it.
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  let printed = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (printed += text));
  try {
    const url = await Promise.race([
      urlIn(createInterface(child.stdout), (line) => (printed += `${line}\n`)),
      closed.then(() => undefined),
    ]);
    if (url === undefined) throw new Error(`The proxy did not start:\n${printed.trim()}`);
    const response = await fetch(url, { signal: AbortSignal.timeout(60_000) });
    const received = Buffer.from(await response.arrayBuffer());
    if (!received.equals(body))
      throw new Error(`The proxy answered ${response.status}, with ${received.length} bytes`);
    return `${received.length.toLocaleString('en')} bytes`;
  } finally {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
    await closed;
  }
}

async function urlIn(
  lines: AsyncIterable<string>,
  note: (line: string) => void,
): Promise<string | undefined> {
  for await (const line of lines) {
    note(line);
    const [, url] = /listens at (http:\S+)/.exec(line) ?? [];
    if (url !== undefined) return url;
  }
  return undefined;
}
