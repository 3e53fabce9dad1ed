import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { NoSuchPackage, resolveModule } from '../../src/command-line/resolve-module.ts';

/** Far from this package, as the folder is in which somebody runs npx. */
function strangeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'resolve-module-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

function install(folder: string, name: string, exported: string): void {
  const home = join(folder, 'node_modules', name);
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name, exports: exported }));
  writeFileSync(join(home, 'here.js'), '');
}

it('finds what lies beside the suite and not in the caller’s folder, which is where npx -p puts it', () => {
  expect(resolveModule('@millrace/core', strangeFolder())).toMatch(/core\/src\/index\.ts$/);
});

it('finds the caller’s own before that', () => {
  const folder = strangeFolder();
  install(folder, '@millrace/core', './here.js');
  expect(resolveModule('@millrace/core', folder)).toMatch(/@millrace\/core\/here\.js$/);
});

it('does not take the one beside the suite for one that the caller has and that is broken', () => {
  const folder = strangeFolder();
  install(folder, '@millrace/core', './not-built.js');
  expect(() => resolveModule('@millrace/core', folder)).toThrow(/not-built\.js/);
});

it('says from where it has looked for a package that is nowhere', () => {
  const folder = strangeFolder();
  let refusal: unknown;
  try {
    resolveModule('no-such-package', folder);
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toBeInstanceOf(NoSuchPackage);
  expect(refusal).toMatchObject({
    lookedFrom: [folder, expect.stringMatching(/conformance\/src\/command-line$/)],
  });
});
