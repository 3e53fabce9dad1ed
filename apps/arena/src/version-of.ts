import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `streamx 2.28.1`, as installed; for `node`, `Node 24.21.0`. */
export function versionOf(name: string, node: string): string {
  if (name === 'node') return `Node ${node.slice(1)}`;
  let folder = dirname(fileURLToPath(import.meta.resolve(name)));
  for (;;) {
    const found = manifestIn(folder);
    if (found?.name === name) return `${name} ${found.version}`;
    if (folder === dirname(folder)) throw new Error(`There is no package.json of ${name}`);
    folder = dirname(folder);
  }
}

function manifestIn(folder: string): { readonly name: string; readonly version: string } | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      name: string;
      version: string;
    };
  } catch {
    // None here: one folder further up.
    return undefined;
  }
}
