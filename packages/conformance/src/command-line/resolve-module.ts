import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const conditions = ['node', 'import', 'module-sync', 'default'];

/** The URL of what `specifier` means in a file of `folder`: `import.meta.resolve` only speaks for its own file. */
export function resolveModule(specifier: string, folder: string): string {
  if (/^(\.{1,2}(\/|\\|$)|\/|[A-Za-z]:[\\/])/.test(specifier))
    return pathToFileURL(resolve(folder, specifier)).href;
  if (specifier.startsWith('file:')) return specifier;
  const { resolve: find } = createRequire(join(folder, 'noop.js'));
  try {
    return pathToFileURL(find(specifier)).href;
  } catch (error) {
    // A package whose exports know no `require` is there all the same.
    const { code } = error as { readonly code?: unknown };
    const found = code === 'ERR_PACKAGE_PATH_NOT_EXPORTED' ? findByHand(specifier, folder) : undefined;
    if (found === undefined) throw error;
    return pathToFileURL(found).href;
  }
}

function findByHand(specifier: string, folder: string): string | undefined {
  const [, name = '', door = ''] = /^((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(specifier) ?? [];
  for (let at = resolve(folder); ; at = dirname(at)) {
    const home = join(at, 'node_modules', name);
    const exported = exportsOf(home);
    const target = exported === undefined ? undefined : targetOf(exported, `.${door}`);
    if (target !== undefined) return join(home, target);
    if (at === dirname(at)) return undefined;
  }
}

function exportsOf(home: string): unknown {
  try {
    return (JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { readonly exports?: unknown })
      .exports;
  } catch {
    // No package here: look one folder further up.
    return undefined;
  }
}

function targetOf(exported: unknown, door: string): string | undefined {
  if (typeof exported === 'string') return exported;
  if (typeof exported !== 'object' || exported === null) return undefined;
  for (const [key, value] of Object.entries(exported)) {
    if (key !== door && !conditions.includes(key)) continue;
    const target = targetOf(value, door);
    if (target !== undefined) return target;
  }
  return undefined;
}
