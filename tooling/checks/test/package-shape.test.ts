import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isStrategy, publishedPackages, repositoryRoot, workspacePackages } from '../src/workspace.ts';
import type { Door, Manifest } from '../src/workspace.ts';

const packages = workspacePackages().map((subject) => [subject.manifest.name, subject] as const);
const published = publishedPackages().map((subject) => [subject.manifest.name, subject] as const);
const license = readFileSync(join(repositoryRoot, 'LICENSE'), 'utf8');

/** `./src/web.ts` → what the same door leads to once it is packed. */
function packedDoor(source: string): Door {
  if (!source.startsWith('./src/')) return source;
  const script = packedScript(source);
  return { types: script.replace(/\.js$/, '.d.ts'), default: script };
}

/** `./src/cli.ts` → the script that it is built to. */
function packedScript(source: string): string {
  return source.replace(/^\.\/src\//, './dist/').replace(/\.ts$/, '.js');
}

/** The doors of a package in the workspace: names and the sources they lead to. */
function sourceDoors({ exports = {} }: Manifest): [string, string][] {
  return Object.entries(exports).map(([door, to]) => [door, typeof to === 'string' ? to : to.default]);
}

test('the packages that go to npm are those in packages/, and the proxy', () => {
  const folders = published.map(([, { group, folder }]) => `${group}/${folder}`);
  expect(folders).toEqual(
    expect.arrayContaining(['packages/core', 'packages/conformance', 'packages/client']),
  );
  expect(folders.filter((folder) => !folder.startsWith('packages/'))).toEqual(['apps/proxy']);
});

describe.each(packages)('%s', (name, { folder, path, manifest }) => {
  test('is named after its folder, is an ES module and has the licence of the family', () => {
    expect(name).toBe(`@millrace/${folder}`);
    expect(manifest.type).toBe('module');
    expect(manifest.license).toBe('MIT');
  });

  test('checks its types and runs its tests with the same commands as every other', () => {
    if (!existsSync(join(path, 'tsconfig.json'))) return;
    expect(manifest.scripts).toMatchObject({ typecheck: 'tsc -p tsconfig.json', test: 'vitest run' });
  });

  test('takes family members from the workspace and shared tools from the catalog', () => {
    const { dependencies, devDependencies, optionalDependencies } = manifest;
    const declared = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
    // Anything from outside is pinned, by itself or by the catalog: the lockfile is not what users of a fork have.
    const wrong = declared.filter(([dependency, range]) =>
      dependency.startsWith('@millrace/')
        ? !/^workspace:[*^]$/.test(range)
        : !/^(catalog:|\d+\.\d+\.\d+)$/.test(range),
    );
    expect(wrong).toEqual([]);
  });
});

describe.each(published)('%s, published,', (_, subject) => {
  const { folder, group, path, manifest } = subject;
  /** An app has no door to import from. */
  const isLibrary = group === 'packages';

  test('says what it is, where it lives and what to search for', () => {
    expect(manifest.description).toMatch(/^[A-Z].{20,140}[^.]$/);
    expect(manifest.repository).toEqual({
      type: 'git',
      url: 'git+https://github.com/millrace/millrace.git',
      directory: `${group}/${folder}`,
    });
    expect(manifest.keywords?.length).toBeGreaterThanOrEqual(3);
    expect(readFileSync(join(path, 'LICENSE'), 'utf8')).toBe(license);
    expect(readFileSync(join(path, 'README.md'), 'utf8')).toMatch(`# @millrace/${folder}\n`);
  });

  test('carries code, types and sources, and no build leftovers', () => {
    expect(manifest.files).toEqual(expect.arrayContaining(['dist', 'src']));
    // Without this tsc's notes of the last build go to npm too.
    expect(manifest.files?.some((entry) => /^!dist\/\.tsbuildinfo\*?$/.test(entry))).toBe(true);
    if (isLibrary) expect(manifest.sideEffects).toBe(false);
  });

  test('has a public door or is a command, and sends the same doors to npm as it opens in the workspace', () => {
    if (isLibrary) expect(manifest.exports).toHaveProperty(['.'], './src/index.ts');
    else expect(Object.keys(manifest.bin ?? {})).toEqual([`millrace-${folder}`]);
    const bins = Object.entries(manifest.bin ?? {}).map(([name, source]) => [name, packedScript(source)]);
    expect(manifest.publishConfig?.bin ?? {}).toEqual(Object.fromEntries(bins));
    expect(manifest.exports).toHaveProperty(['./package.json'], './package.json');
    const packed = sourceDoors(manifest).map(([door, to]) => [door, packedDoor(to)] as const);
    expect(manifest.publishConfig).toMatchObject({ access: 'public', provenance: true });
    expect(manifest.publishConfig?.exports).toEqual(Object.fromEntries(packed));
    expect(sourceDoors(manifest).filter(([, to]) => !existsSync(join(path, to)))).toEqual([]);
  });

  test('builds from tsconfig.build.json, and what it keeps for Node from tsconfig.node.json', () => {
    const node = existsSync(join(path, 'tsconfig.node.json')) ? ' tsconfig.node.json' : '';
    // What a browser loads is not compiled.
    const page = existsSync(join(path, 'copy-page.ts')) ? ' && node copy-page.ts' : '';
    expect(manifest.scripts?.build).toBe(`tsc -b tsconfig.build.json${node}${page}`);
  });

  test('runs on Node 20.19, the client and what uses it excepted: undici 8 needs 22.19', () => {
    const needsUndici = folder === 'client' || '@millrace/client' in (manifest.dependencies ?? {});
    expect(manifest.engines).toEqual({ node: needsUndici ? '>=22.19' : '>=20.19' });
  });

  test.runIf(isLibrary)(
    'is found by the keyword millrace-strategy when, and only when, it exports one',
    async () => {
      const exported = (await import(manifest.name)) as { default?: { createStore?: unknown } };
      expect(isStrategy(subject)).toBe(typeof exported.default?.createStore === 'function');
    },
  );
});
