import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a registry says about one version of a package. */
export interface PublishedManifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** A real npm registry on the loopback, empty when it starts. */
export interface LocalRegistry extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly url: string;
  /** An npmrc of somebody who may publish, and one of somebody who may not. */
  readonly publisherConfig: string;
  readonly strangerConfig: string;
  /** The version that `npm install name` would get; `undefined` when nobody has published that name. */
  latest(name: string): Promise<PublishedManifest | undefined>;
}

/**
 * Anybody may read, users may publish, and nothing comes from another registry: what is not published here does not
 * exist here.
 */
const CONFIG = `
storage: ./storage
auth:
  htpasswd: { file: ./htpasswd }
uplinks: {}
packages:
  '**': { access: $all, publish: $authenticated }
web: { enable: false }
log: { type: stderr, level: error }
`;

/** Starts a registry that keeps everything in `folder`, and makes a user who may publish. */
export async function startRegistry(folder: string): Promise<LocalRegistry> {
  mkdirSync(folder);
  const config = join(folder, 'config.yaml');
  writeFileSync(config, CONFIG);
  const child = fork(join(import.meta.dirname, 'registry-process.ts'), [config], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const [port] = (await Promise.race([once(child, 'message'), exited])) as [number];
  if (child.exitCode !== null)
    throw new Error(`The registry ended with ${child.exitCode} before it listened`);
  const url = `http://127.0.0.1:${port}`;
  const npmrc = (name: string, ...lines: string[]): string => {
    const path = join(folder, name);
    writeFileSync(path, [`registry=${url}/`, ...lines, ''].join('\n'));
    return path;
  };
  return {
    url,
    strangerConfig: npmrc('stranger.npmrc'),
    publisherConfig: npmrc('publisher.npmrc', `//127.0.0.1:${port}/:_authToken=${await makeUser(url)}`),
    latest: (name) => latestOf(url, name),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Signs a user up, as `npm adduser` does, and answers the token. */
async function makeUser(url: string): Promise<string> {
  const name = 'rehearsal';
  const response = await fetch(`${url}/-/user/org.couchdb.user:${name}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, password: randomBytes(16).toString('hex') }),
  });
  const { token } = (await response.json()) as { token?: string };
  if (token === undefined) throw new Error(`The registry made no user: it answered ${response.status}`);
  return token;
}

async function latestOf(url: string, name: string): Promise<PublishedManifest | undefined> {
  const response = await fetch(`${url}/${name.replace('/', '%2f')}`);
  if (response.status === 404) return undefined;
  const document = (await response.json()) as {
    'dist-tags': { latest: string };
    versions: Record<string, PublishedManifest>;
  };
  return document.versions[document['dist-tags'].latest];
}
