import { publishedPackages } from '@millrace/checks/workspace';
import { expect, it } from 'vitest';
import { jsrManifest } from '../src/jsr-workspace.ts';

function manifestOf(folder: string): Readonly<Record<string, unknown>> {
  const found = publishedPackages().find((one) => one.folder === folder);
  if (found === undefined) throw new Error(`There is no package in ${folder}`);
  return jsrManifest(found, '1.2.3');
}

it('JSR gets the sources behind the same doors as npm, at the same version', () => {
  expect(manifestOf('core')).toMatchObject({
    name: '@millrace/core',
    version: '1.2.3',
    license: 'MIT',
    exports: { '.': './src/index.ts', './web': './src/web.ts', './node': './src/node.ts' },
  });
});

it('JSR gets no door, and no file, of a runner that it has no name for', () => {
  const { exports, publish } = manifestOf('conformance') as {
    exports: Record<string, string>;
    publish: { exclude: string[] };
  };
  expect(Object.keys(exports)).toEqual(['.', './node-test', './deno']);
  expect(publish.exclude).toEqual(['src/vitest.ts', 'src/bun-test.ts']);
});

it('JSR is told where from what is not of the family comes', () => {
  expect(manifestOf('client')).toMatchObject({ imports: { undici: expect.stringMatching(/^npm:undici@/) } });
});
