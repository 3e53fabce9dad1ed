import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importProblem, importRulesOf } from '../src/import-rules.ts';
import { filesLoadedFrom, nodeDoorsOf } from '../src/node-doors.ts';
import { importsIn, importsOf, packageOf } from '../src/source-imports.ts';
import { isStrategy, workspacePackages } from '../src/workspace.ts';
import type { WorkspacePackage } from '../src/workspace.ts';

const packages = workspacePackages();
const named = packages.map((subject) => [subject.manifest.name, subject] as const);
const published = named.filter(([, { group }]) => group === 'packages');

function rulesOf(subject: WorkspacePackage) {
  const rules = importRulesOf(subject);
  if (rules === undefined)
    throw new Error(`${subject.manifest.name} has no row in the table of who may import whom`);
  return rules;
}

function find(folder: string): WorkspacePackage {
  const found = packages.find((subject) => subject.folder === folder);
  if (found === undefined) throw new Error(`no package in a folder named ${folder}`);
  return found;
}

describe.each(named)('%s', (_, subject) => {
  const isNodeDoor = nodeDoorsOf(subject);

  test('its sources import only what the table allows', () => {
    const problems = importsIn(subject.path, 'src').map((one) =>
      importProblem(rulesOf(subject).src, one, isNodeDoor),
    );
    expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
  });

  test('its tests import only what the table allows', () => {
    const problems = importsIn(subject.path, 'test').map((one) =>
      importProblem(rulesOf(subject).test, one, () => true),
    );
    expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
  });

  test('its package.json depends only on what the table allows', () => {
    const { src, test: tests } = rulesOf(subject);
    const { dependencies, optionalDependencies, peerDependencies, devDependencies } = subject.manifest;
    // An app lists the strategies so that their names resolve; it still reaches them only through loadStrategy.
    const byName =
      subject.group === 'apps' ? packages.filter(isStrategy).map(({ manifest }) => manifest.name) : [];
    const atRunTime = { ...dependencies, ...optionalDependencies, ...peerDependencies };
    const allowed = [...src.values, ...src.types, ...byName];
    expect(Object.keys(atRunTime).filter((name) => !allowed.includes(name))).toEqual([]);
    const inTests = [...tests.values, '@millrace/tsconfig'];
    expect(Object.keys(devDependencies ?? {}).filter((name) => !inTests.includes(name))).toEqual([]);
  });

  test('it declares every package that it imports', () => {
    const { dependencies, optionalDependencies, peerDependencies, devDependencies } = subject.manifest;
    const atRunTime = { ...dependencies, ...optionalDependencies, ...peerDependencies };
    const bare = (folder: string) =>
      importsIn(subject.path, folder)
        .flatMap(({ specifier }) =>
          specifier === undefined || /^(\.|[a-z]+:)/.test(specifier) ? [] : [specifier],
        )
        .map(packageOf);
    expect(bare('src').filter((name) => !(name in atRunTime))).toEqual([]);
    const inTests = { ...atRunTime, ...devDependencies };
    expect(bare('test').filter((name) => !(name in inTests))).toEqual([]);
  });

  test('its relative imports stay inside it, exist and end in their extension', () => {
    for (const folder of ['src', 'test']) {
      for (const { file, specifier } of importsIn(subject.path, folder)) {
        if (specifier?.startsWith('.') !== true) continue;
        const target = join(dirname(file), specifier);
        const where = `${file} imports "${specifier}"`;
        expect(specifier, where).toMatch(/\.(ts|json)$/);
        // Sources must not reach into tests; tests may reach into sources and examples.
        expect(target, where).toMatch(
          folder === 'src' ? /^(src\/|package\.json$)/ : /^(src|test|examples)\/|^[^./][^/]*\.(ts|json)$/,
        );
        expect(existsSync(join(subject.path, target)), where).toBe(true);
      }
    }
  });
});

describe.each(published)('%s', (_, subject) => {
  test('a door that is not for Node alone loads nothing that is', () => {
    const isNodeDoor = nodeDoorsOf(subject);
    const doors = Object.values(subject.manifest.exports ?? {}).filter((door) => typeof door === 'string');
    for (const door of doors) {
      const entry = door.replace(/^\.\//, '');
      if (!entry.endsWith('.ts') || isNodeDoor(entry)) continue;
      expect([...filesLoadedFrom(subject, entry)].filter(isNodeDoor), `what ${entry} loads`).toEqual([]);
    }
  });
});

test('core and every strategy stand alone: core depends on nothing, a strategy on core', () => {
  expect(find('core').manifest.dependencies ?? {}).toEqual({});
  const strategies = packages.filter(isStrategy);
  expect(strategies.map(({ folder }) => folder)).toEqual(
    expect.arrayContaining(['chunk-queue', 'copy-on-yield', 'ring-buffer']),
  );
  for (const { manifest } of strategies)
    expect(Object.keys(manifest.dependencies ?? {})).toEqual(['@millrace/core']);
});

test('nobody but the checks depends on an app', () => {
  const apps = packages.filter(({ group }) => group === 'apps').map(({ manifest }) => manifest.name);
  expect(apps).toContain('@millrace/proxy');
  for (const { group, manifest } of packages) {
    if (group === 'tooling') continue;
    const declared = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.peerDependencies };
    expect(
      Object.keys(declared).filter((name) => apps.includes(name)),
      manifest.name,
    ).toEqual([]);
  }
});

describe('the table refuses', () => {
  const forbidden = [
    ['core', `import { x } from 'undici';`],
    ['core', `import { x } from 'node:stream';`],
    ['core', `import type { Case } from '@millrace/conformance';`],
    ['ring-buffer', `import { PipeError } from '@millrace/core';`],
    ['ring-buffer', `import { type ByteStore } from '@millrace/core';`],
    ['ring-buffer', `import type { ChunkQueueStore } from '@millrace/chunk-queue';`],
    ['ring-buffer', `import { Buffer } from 'buffer';`],
    ['conformance', `import { createPipe } from '@millrace/core';`],
    ['conformance', `await import('@millrace/core');`],
    ['conformance', `import { readFileSync } from 'node:fs';`],
    ['client', `import ring from '@millrace/ring-buffer';`],
    ['client', `import pino from 'pino';`],
    ['proxy', `import ring from '@millrace/ring-buffer';`],
    ['proxy', `await import('@millrace/ring-buffer');`],
    ['client', `import { main } from '@millrace/proxy';`],
    ['client', `import { listen } from '@millrace/test-servers/listen';`],
    ['proxy', `import { listen } from '@millrace/test-servers/listen';`],
    ['core', `import { listen } from '@millrace/test-servers/listen';`],
  ] as const;

  test.each(forbidden)('in the sources of %s: %s', (folder, source) => {
    const subject = find(folder);
    const imports = importsOf(source, 'src/index.ts');
    expect(imports).toHaveLength(1);
    for (const one of imports) {
      expect(importProblem(rulesOf(subject).src, one, nodeDoorsOf(subject))).toBeTypeOf('string');
    }
  });

  const allowed = [
    ['core', 'src/node.ts', `import { Readable } from 'node:stream';`],
    ['core', 'src/load-strategy.ts', `await import(specifier);`],
    ['ring-buffer', 'src/index.ts', `import type { ByteStore } from '@millrace/core';`],
    [
      'client',
      'src/agent.ts',
      `import { Agent } from 'undici'; import { createPipe } from '@millrace/core';`,
    ],
    [
      'proxy',
      'src/main.ts',
      `import { createClient } from '@millrace/client'; import { once } from 'node:events';`,
    ],
  ] as const;

  test.each(allowed)('nothing that is allowed in %s: %s %s', (folder, file, source) => {
    const subject = find(folder);
    for (const one of importsOf(source, file)) {
      expect(importProblem(rulesOf(subject).src, one, nodeDoorsOf(subject))).toBeUndefined();
    }
  });
});
