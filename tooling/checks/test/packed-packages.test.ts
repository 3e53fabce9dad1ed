import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { machineNode, ownNode, satisfies } from '../src/node-versions.ts';
import type { NodeBinary } from '../src/node-versions.ts';
import type { PackedPackage } from '../src/packed-family.ts';
import { publishedPackages } from '../src/workspace.ts';

const published = publishedPackages();
const consumer = inject('consumer');
const packedPackages = inject('packedPackages');

function packed(folder: string): PackedPackage {
  const found = packedPackages.find((one) => one.folder === folder);
  if (found === undefined) throw new Error(`${folder} was not packed`);
  return found;
}

/** Doors that only their test runner can load; the runner itself decides what it runs on. */
const runnerDoors = [
  '@millrace/conformance/vitest',
  '@millrace/conformance/bun-test',
  '@millrace/conformance/bun-test',
];

/** Names of every other door of a package that leads to code. */
function doorsOf({
  name,
  exports = {},
}: {
  name: string;
  exports?: Readonly<Record<string, unknown>>;
}): string[] {
  return Object.keys(exports)
    .filter((door) => !door.endsWith('.json'))
    .map((door) => `${name}${door.slice(1)}`)
    .filter((door) => !runnerDoors.includes(door));
}

/** Runs a script in the folder where only the packed packages are installed. */
function runThere(node: NodeBinary, name: string, script: string): string {
  const path = join(consumer, name);
  writeFileSync(path, script);
  return execFileSync(node.path, [path], {
    cwd: consumer,
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  });
}

describe.each(published.map(({ manifest, folder, group }) => [manifest.name, folder, group] as const))(
  '%s',
  (name, folder, group) => {
    /** An app has no door and no types: it is a command. */
    const isLibrary = group === 'packages';

    test('packs code, types, maps and sources of every file, and a README and licence', () => {
      const { files } = packed(folder);
      const sources = files.filter((file) => file.startsWith('src/'));
      expect(sources).toContain(isLibrary ? 'src/index.ts' : 'src/main.ts');
      const built = sources.flatMap((file) => {
        // What only declares types for the build leaves nothing behind.
        if (file.endsWith('.d.ts')) return [];
        const path = file.replace(/^src\//, 'dist/');
        // What a browser loads is there as it is.
        if (!file.endsWith('.ts')) return [path];
        const stem = path.replace(/\.ts$/, '');
        return [`${stem}.js`, `${stem}.js.map`, ...(isLibrary ? [`${stem}.d.ts`, `${stem}.d.ts.map`] : [])];
      });
      expect(files).toEqual(expect.arrayContaining([...built, 'README.md', 'LICENSE', 'package.json']));
      const rest = files.filter((file) => !sources.includes(file) && !built.includes(file));
      expect(
        rest.filter(
          (file) =>
            !/^(README|LICENSE|CHANGELOG|CONTRACT|package|(?:report|config)\.schema)(\.md|\.json)?$/.test(
              file,
            ),
        ),
      ).toEqual([]);
    });

    test('has a manifest that means the same outside the workspace', () => {
      const { manifest, path } = packed(folder);
      const text = readFileSync(join(path, 'package.json'), 'utf8');
      expect(text).not.toMatch(/workspace:|catalog:/);
      const source = published.find((one) => one.folder === folder)?.manifest;
      expect(manifest.exports).toEqual(source?.publishConfig?.exports ?? source?.exports);
    });

    test('maps its code to sources that it carries', () => {
      const { files, path } = packed(folder);
      for (const file of files.filter((one) => one.endsWith('.js.map'))) {
        const { sources } = JSON.parse(readFileSync(join(path, file), 'utf8')) as { sources: string[] };
        const carried = sources.map((source) => join(file, '..', source).replaceAll('\\', '/'));
        expect(files, file).toEqual(expect.arrayContaining(carried));
      }
    });

    test.runIf(isLibrary)(`every door opens with import and require under Node ${ownNode.version}`, () => {
      const doors = doorsOf(packed(folder).manifest);
      expect(doors).toContain(name);
      expect(doorsThatOpen(ownNode, packed(folder))).toEqual({ imported: doors, required: doors });
    });
  },
);

/** Opens every door of a package, by import and by require, and says which of them gave something. */
function doorsThatOpen(
  node: NodeBinary,
  { manifest }: PackedPackage,
): { imported: string[]; required: string[] } {
  const doors = JSON.stringify(doorsOf(manifest));
  const open = (name: string, script: string): string[] =>
    JSON.parse(runThere(node, name, script)) as string[];
  return {
    imported: open(
      'import.mjs',
      `const doors = [];
      for (const door of ${doors}) if (Object.keys(await import(door)).length > 0) doors.push(door);
      console.log(JSON.stringify(doors));`,
    ),
    required: open(
      'require.cjs',
      `console.log(JSON.stringify(${doors}.filter((door) => Object.keys(require(door)).length > 0)));`,
    ),
  };
}

const machine = machineNode();

// On a machine whose own Node is as new as ours there is nothing more to show; the title says so in the report.
describe.skipIf(machine === undefined || satisfies(machine.version, '>=24'))(
  `the machine's own Node (${machine?.version ?? 'none in PATH'})`,
  () => {
    for (const { manifest, folder } of published.filter(({ group }) => group === 'packages')) {
      const range = manifest.engines?.node ?? '';
      const runs = machine !== undefined && satisfies(machine.version, range);
      test.skipIf(!runs)(
        `every door of ${manifest.name} opens with import and require (needs Node ${range})`,
        () => {
          const doors = doorsOf(packed(folder).manifest);
          expect(doorsThatOpen(machine ?? ownNode, packed(folder))).toEqual({
            imported: doors,
            required: doors,
          });
        },
      );
    }

    test('bytes go through a pipe of every strategy', () => {
      const strategies = published.filter(({ manifest }) => manifest.keywords?.includes('millrace-strategy'));
      const names = strategies.map(({ manifest }) => manifest.name);
      const printed = runThere(
        machine ?? ownNode,
        'pipe.mjs',
        `import { createPipe, loadStrategy } from '@millrace/core';
        for (const name of ${JSON.stringify(names)}) {
          const { writer, reader } = createPipe(await loadStrategy(name));
          writer.write(new Uint8Array([1, 2, 3]));
          writer.write(new Uint8Array([4]));
          writer.end();
          const got = [];
          for await (const chunk of reader) got.push(...chunk);
          console.log(name, got.join(' '));
        }`,
      );
      expect(printed.trim().split('\n')).toEqual(names.map((name) => `${name} 1 2 3 4`));
    });
  },
);

test('every command of the family starts from its tarball and says which version it is', () => {
  const commands = packedPackages.flatMap(({ manifest, path }) =>
    Object.entries(manifest.bin ?? {}).map(([name, script]) => ({
      name,
      script: join(path, script),
      manifest,
    })),
  );
  expect(commands.map(({ name }) => name).toSorted()).toEqual(['millrace-conformance', 'millrace-proxy']);
  for (const { script, manifest } of commands) {
    const printed = execFileSync(ownNode.path, [script, '--version'], { encoding: 'utf8' });
    expect(printed.trim()).toBe(manifest.version);
  }
});

test('a door that only a test runner can load is there, with its types', () => {
  for (const door of runnerDoors) {
    const [, folder, name] = door.split('/');
    expect(packed(String(folder)).files).toEqual(
      expect.arrayContaining([`dist/${name}.js`, `dist/${name}.d.ts`]),
    );
  }
});
