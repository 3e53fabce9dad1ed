import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../src/config/config-schema.ts';
import { configOfInput } from '../src/config/config.ts';
import { ownFolder } from './own-folder.ts';

function read(file: string): string {
  return readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
}

/** The configurations that a document shows. */
function shownIn(file: string): string[] {
  const pattern = file.endsWith('.md') ? /```json\n([\s\S]*?)```/g : /proxy\.json: \|\n([\s\S]*?)\n---/g;
  return Array.from(read(file).matchAll(pattern), ([, json = '']) => json);
}

describe.each(['README.md', 'deploy/behind-haproxy.md', 'deploy/kubernetes.yaml'])(
  'a configuration in %s',
  (file) => {
    it('is one that the proxy takes', () => {
      const shown = shownIn(file);
      expect(shown.length).toBeGreaterThan(0);
      for (const json of shown) configOfInput(JSON.parse(json) as ConfigInput);
    });
  },
);

/** What haproxy makes of a configuration, without running it: its exit code, and what it says. */
function haproxy(configuration: string): { status: number | null; said: string } {
  const folder = ownFolder();
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(file, configuration);
  const { status, stderr, error } = spawnSync('haproxy', ['-c', '-f', file], { encoding: 'utf8' });
  if (error !== undefined) throw error;
  return { status, said: stderr };
}

const hasHaproxy = spawnSync('haproxy', ['-v']).error === undefined;

describe.skipIf(!hasHaproxy)('deploy/haproxy.cfg (skipped where haproxy is not installed)', () => {
  it('is one that haproxy takes, without a warning', () => {
    expect(haproxy(read('deploy/haproxy.cfg'))).toMatchObject({
      status: 0,
      said: expect.not.stringMatching(/WARNING|ALERT/),
    });
  });

  it.each([
    ['balance leastconn', 'balance prettiest', 'balance only supports'],
    ['default_backend proxies', 'default_backend nobody', "'nobody'"],
    ['option httpchk', 'option nothing', "'nothing'"],
  ])('is looked at: it would not be taken with %s as %s', (right, wrong, said) => {
    const configuration = read('deploy/haproxy.cfg');
    expect(configuration).toContain(right);
    expect(haproxy(configuration.replace(right, wrong))).toMatchObject({
      status: 1,
      said: expect.stringContaining(said),
    });
  });
});

describe('the pod of the Kubernetes manifests', () => {
  it('is given more time than its pause and its drain take together', () => {
    const manifest = read('deploy/kubernetes.yaml');
    const number = (pattern: RegExp): number => Number(pattern.exec(manifest)?.[1]);
    const graceS = number(/terminationGracePeriodSeconds: (\d+)/);
    expect(graceS).toBeGreaterThan(number(/seconds: (\d+)/) + number(/"drainTimeoutMs": (\d+)/) / 1000);
  });
});
