import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { importsIn } from './source-imports.ts';
import type { WorkspacePackage } from './workspace.ts';

/**
 * Tells the files of a package that are for Node alone: those that its tsconfig.node.json builds, which is the
 * only build that knows Node's types. Paths are within the package, with `/`.
 */
export function nodeDoorsOf({ path }: WorkspacePackage): (file: string) => boolean {
  const config = join(path, 'tsconfig.node.json');
  if (!existsSync(config)) return () => false;
  const { include } = JSON.parse(readFileSync(config, 'utf8')) as { include: string[] };
  return (file) =>
    include.some((entry) => file === entry || file.startsWith(`${entry.replace(/\/\*\*.*$/, '')}/`));
}

/** The files of a package that are loaded when `entry` is: relative imports followed, types left out. */
export function filesLoadedFrom(subject: WorkspacePackage, entry: string): Set<string> {
  const imports = importsIn(subject.path, 'src').filter(({ kind }) => kind !== 'type');
  const loaded = new Set<string>();
  const pending = [normalize(entry)];
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (loaded.has(file)) continue;
    loaded.add(file);
    for (const { file: importer, specifier } of imports) {
      if (importer === file && specifier?.startsWith('.') === true) {
        pending.push(normalize(join(dirname(file), specifier)));
      }
    }
  }
  return loaded;
}
