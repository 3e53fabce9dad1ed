import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../src/config/config-schema.ts';
import { configOfInput } from '../src/config/config.ts';

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

describe('the pod of the Kubernetes manifests', () => {
  it('is given more time than its pause and its drain take together', () => {
    const manifest = read('deploy/kubernetes.yaml');
    const number = (pattern: RegExp): number => Number(pattern.exec(manifest)?.[1]);
    const graceS = number(/terminationGracePeriodSeconds: (\d+)/);
    expect(graceS).toBeGreaterThan(number(/seconds: (\d+)/) + number(/"drainTimeoutMs": (\d+)/) / 1000);
  });
});
