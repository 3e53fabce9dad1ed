/**
 * `pnpm release:check`: what is too slow for the test command. The packed packages under four TypeScripts, under
 * arethetypeswrong, opened with `require` and `import` on four Nodes, and as JSR would take them. Prints a line for each and
 * fails when one is not right.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { satisfies } from '@millrace/checks/node-versions';
import { packFamily } from '@millrace/checks/packed-family';
import { publishedPackages } from '@millrace/checks/workspace';
import { runtimes } from '@millrace/runtimes/runtime';
import { checkDeclarations, typescripts } from './declarations.ts';
import { layOutForJsr } from './jsr-workspace.ts';
import { requireProgram } from './programs.ts';
import { tryCommand } from './run-command.ts';

const attw = {
  id: 'attw',
  packageName: '@arethetypeswrong/cli',
  version: '0.18.5',
  executable: 'dist/index.js',
};

const env = { PATH: process.env.PATH, HOME: process.env.HOME, NO_COLOR: '1' };
let failed = 0;

function tell(what: string, problems: readonly string[]): void {
  if (problems.length > 0) failed += 1;
  process.stdout.write(`${problems.length === 0 ? 'ok  ' : 'FAIL'}  ${what}\n`);
  for (const problem of problems) process.stdout.write(`        ${problem}\n`);
}

/** What a program printed, when it did not succeed. */
async function complaints(command: string, args: readonly string[], cwd: string): Promise<readonly string[]> {
  const { code, stdout, stderr } = await tryCommand({ command, args, cwd, env });
  return code === 0 ? [] : `${stdout}${stderr}`.trim().split('\n');
}

using family = packFamily();
const libraries = family.packages.filter(({ manifest }) => '.' in (manifest.exports ?? {}));

for (const typescript of typescripts) {
  for (const resolution of ['nodenext', 'bundler'] as const) {
    tell(
      `declarations under TypeScript ${typescript.version}, ${resolution}`,
      await checkDeclarations(family, typescript, resolution),
    );
  }
}

for (const { manifest, tarball } of libraries) {
  const args = [requireProgram(attw), tarball, '--profile', 'esm-only', '--no-emoji'];
  tell(
    `types of ${manifest.name}, says arethetypeswrong`,
    await complaints(process.execPath, args, family.consumer),
  );
}

for (const runtime of runtimes.filter(({ id }) => id.startsWith('node-'))) {
  const names = libraries
    .filter(({ manifest }) => satisfies(runtime.version, manifest.engines?.node ?? ''))
    .map(({ manifest }) => manifest.name);
  const script = join(family.consumer, 'open.cjs');
  const list = JSON.stringify(names);
  writeFileSync(
    script,
    `for (const name of ${list}) if (Object.keys(require(name)).length === 0) throw new Error(name + ' is empty');`,
  );
  tell(
    `require() of ${names.length} packages on Node ${runtime.version}`,
    await complaints(requireProgram(runtime), [script], family.consumer),
  );
}

const folder = mkdtempSync(join(tmpdir(), 'millrace-jsr-'));
try {
  // The client is for Node's undici alone, the proxy is a command: neither is anything that JSR users could import.
  const forJsr = publishedPackages().filter((one) => one.group === 'packages' && one.folder !== 'client');
  layOutForJsr(forJsr, folder);
  const deno = runtimes.find(({ id }) => id === 'deno');
  if (deno === undefined) throw new Error('There is no Deno');
  const args = ['publish', '--dry-run', '--allow-dirty'];
  tell(`JSR takes ${forJsr.length} packages (dry run)`, await complaints(requireProgram(deno), args, folder));
} finally {
  rmSync(folder, { recursive: true });
}

process.exitCode = failed === 0 ? 0 : 1;
