import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkspacePackage } from '@millrace/checks/workspace';

/** Doors to things that JSR has no name for: Bun's and vitest's runners. */
const leftOut = ['./vitest', './bun-test'];

/**
 * What JSR is told about a package. It is made of the package.json whenever it is needed: kept beside it, the two would
 * say different things one day.
 */
export function jsrManifest(
  { manifest }: WorkspacePackage,
  version: string,
): Readonly<Record<string, unknown>> {
  const doors = Object.entries(manifest.exports ?? {}).flatMap(([door, to]) =>
    typeof to === 'string' && to.endsWith('.ts') && !leftOut.includes(door) ? [[door, to] as const] : [],
  );
  const outsiders = Object.entries(manifest.dependencies ?? {}).filter(
    ([name]) => !name.startsWith('@millrace/'),
  );
  return {
    name: manifest.name,
    version,
    license: manifest.license,
    exports: Object.fromEntries(doors),
    imports: Object.fromEntries(outsiders.map(([name, range]) => [name, `npm:${name}@${range}`])),
    publish: {
      include: ['src/**/*.ts', 'README.md', 'LICENSE'],
      exclude: leftOut.map((door) => `src/${door.slice(2)}.ts`),
    },
  };
}

/** Lays packages out as JSR would get them, in one Deno workspace. */
export function layOutForJsr(packages: readonly WorkspacePackage[], folder: string): void {
  mkdirSync(folder, { recursive: true });
  const compilerOptions = { lib: ['esnext', 'dom', 'dom.iterable', 'dom.asynciterable', 'deno.ns'] };
  writeFileSync(
    join(folder, 'deno.json'),
    JSON.stringify({ workspace: packages.map((one) => `./${one.folder}`), compilerOptions }),
  );
  for (const one of packages) {
    const place = join(folder, one.folder);
    for (const name of ['src', 'README.md', 'LICENSE'])
      cpSync(join(one.path, name), join(place, name), { recursive: true });
    // A package that was never released has no version that JSR takes.
    const version = one.manifest.version === '0.0.0' ? '0.1.0' : one.manifest.version;
    writeFileSync(join(place, 'jsr.json'), JSON.stringify(jsrManifest(one, version), null, 2));
  }
}
