import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const conditions = ['node', 'import', 'module-sync', 'default'];

/** Where this package lies. What `npx -p` installs with it lies beside it, and nowhere near the caller's folder. */
const ownFolder = import.meta.dirname;

/** No package of a name was found. */
export class NoSuchPackage extends Error {
  /** Where the search began: it goes from there upwards, from one `node_modules` to the next. */
  readonly lookedFrom: readonly string[];

  constructor(specifier: string, lookedFrom: readonly string[]) {
    super(`There is no package ${specifier}`);
    this.lookedFrom = lookedFrom;
  }
}

/**
 * The URL of what `specifier` means in a file of `folder`, or else beside this package.
 *
 * @throws NoSuchPackage when it is a package that is in neither place.
 */
export function resolveModule(specifier: string, folder: string): string {
  if (/^(\.{1,2}(\/|\\|$)|\/|[A-Za-z]:[\\/])/.test(specifier))
    return pathToFileURL(resolve(folder, specifier)).href;
  if (specifier.startsWith('file:')) return specifier;
  const lookedFrom = [folder, ownFolder];
  for (const from of lookedFrom) {
    try {
      return resolvePackage(specifier, from);
    } catch (error) {
      if (!isAbsent(error, specifier)) throw error;
    }
  }
  throw new NoSuchPackage(specifier, lookedFrom);
}

/** Not there at all, rather than there and without the file that its manifest names. */
function isAbsent(error: unknown, specifier: string): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'MODULE_NOT_FOUND' && message.startsWith(`Cannot find module '${specifier}'`);
}

/** `import.meta.resolve` would only speak for its own file. */
function resolvePackage(specifier: string, folder: string): string {
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
