import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { startRegistry } from '../src/local-registry.ts';
import type { LocalRegistry } from '../src/local-registry.ts';

let registry: LocalRegistry;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-registry-'));
  registry = await startRegistry(join(folder, 'registry'));
  return async () => {
    await registry[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  };
});

/** Publishes a version as npm does, with or without a token. */
async function publish(token?: string): Promise<number> {
  const tarball = Buffer.from('not really one');
  const version = { name: 'rehearsed', version: '1.2.3', dist: {}, dependencies: { other: '^1.0.0' } };
  const response = await fetch(`${registry.url}/rehearsed`, {
    method: 'PUT',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({
      name: 'rehearsed',
      'dist-tags': { latest: '1.2.3' },
      versions: { '1.2.3': version },
      _attachments: {
        'rehearsed-1.2.3.tgz': { data: tarball.toString('base64'), length: tarball.length },
      },
    }),
  });
  return response.status;
}

it('knows nothing at first, and asks no other registry', async () => {
  expect(await registry.latest('@millrace/core')).toBeUndefined();
  expect(await registry.latest('typescript')).toBeUndefined();
});

it('refuses what has no token or a wrong one, and keeps nothing of it', async () => {
  expect(await publish()).toBe(401);
  expect(await publish('wrong')).toBe(401);
  expect(await registry.latest('rehearsed')).toBeUndefined();
});

it('takes a version from its user, and answers what was published', async () => {
  const [, token] = /_authToken=(\S+)/.exec(readFileSync(registry.publisherConfig, 'utf8')) ?? [];
  expect(await publish(token)).toBe(201);
  expect(await registry.latest('rehearsed')).toMatchObject({
    version: '1.2.3',
    dependencies: { other: '^1.0.0' },
  });
});
