import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { examplesIn, readmeExamples } from '../src/readme-examples.ts';
import type { ReadmeExample } from '../src/readme-examples.ts';
import { publishedPackages, repositoryRoot } from '../src/workspace.ts';

const run = promisify(execFile);
const examples = readmeExamples();

// Inside this package, which depends on every other, so that the names in the examples resolve.
const folder = join(import.meta.dirname, '../.readme-examples');

function fileOf({ readme, line }: ReadmeExample): string {
  return `${readme.replace(/\.md$/, '').replaceAll('/', '-')}-line-${line}.ts`;
}

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const example of examples) writeFileSync(join(folder, fileOf(example)), example.code);
  const config = {
    extends: '@millrace/tsconfig/app.json',
    // A reader pastes an example as it stands; what it does not use later is not its fault.
    compilerOptions: { noEmit: true, noUnusedLocals: false },
    include: ['*.ts'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
});

describe('every TypeScript block of a README', () => {
  test('keeps to the types', async () => {
    const tsc = join(repositoryRoot, 'node_modules/.bin/tsc');
    const problems = await run(tsc, ['-p', folder], { cwd: folder }).then(
      () => '',
      ({ stdout }: { stdout: string }) => stdout,
    );
    expect(problems).toBe('');
  });

  const runnable = examples
    .filter(({ runs }) => runs)
    .map((one) => [`${one.readme}:${one.line}`, one] as const);
  test.concurrent.each(runnable)('%s runs as written', async (_, example) => {
    // The kill is for an example that never ends: it fails this test and not the whole run.
    const running = run(process.execPath, [fileOf(example)], { cwd: folder, timeout: 100_000 });
    await expect(running).resolves.toBeDefined();
  });

  test('runs, unless it needs something that is not here, which is rare and never in a strategy', () => {
    const notRun = examples.filter(({ runs }) => !runs).map(({ readme, line }) => `${readme}:${line}`);
    expect(notRun.length).toBeLessThanOrEqual(2);
    expect(notRun.filter((where) => /(chunk-queue|copy-on-yield|ring-buffer|core)\//.test(where))).toEqual(
      [],
    );
  });
});

test('the root and every published package show at least one example', () => {
  const shown = new Set(examples.map(({ readme }) => readme));
  const expected = [
    'README.md',
    ...publishedPackages()
      .filter(({ group }) => group === 'packages')
      .map(({ folder: name }) => `packages/${name}/README.md`),
  ];
  expect(expected.filter((readme) => !shown.has(readme))).toEqual([]);
});

test('blocks are found with their line and their mark, and other languages are left alone', () => {
  const text =
    '# a\n\n```ts\nlet a = 1;\n```\n\n```sh\nls\n```\n\n```ts no-run\nlet b = 2;\n```\n\n```tsx\nlet c\n```\n';
  expect(examplesIn(text, 'README.md')).toEqual([
    { readme: 'README.md', line: 4, code: 'let a = 1;\n', runs: true },
    { readme: 'README.md', line: 12, code: 'let b = 2;\n', runs: false },
  ]);
});
