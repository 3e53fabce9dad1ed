import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pnpmCommand } from '@millrace/checks/pnpm-command';

/** A program that the registry has, at one version. */
export interface RegistryProgram {
  /** A folder of its own to fetch it into. */
  readonly id: string;
  readonly packageName: string;
  readonly version: string;
  /** Path of the executable in the package. */
  readonly executable: string;
}

/** Where programs are kept between runs; nothing of it is committed. */
const store = join(import.meta.dirname, '../.fetched');

/** A program that is here, or why it is not. */
export type Fetched = { readonly executable: string } | { readonly missing: string };

/**
 * The program's executable, fetched from the registry when it is not here yet. A runtime is about 100 MB, so a plain
 * install of the workspace never brings it. No install script runs.
 */
export function fetchPackage({ id, packageName, version, executable }: RegistryProgram): Fetched {
  const folder = join(store, `${id}-${version}`);
  const path = join(folder, 'node_modules', packageName, executable);
  if (existsSync(path)) return { executable: path };
  mkdirSync(folder, { recursive: true });
  const manifest = { private: true, dependencies: { [packageName]: version } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  const { command, args } = pnpmCommand();
  const flags = ['install', '--ignore-workspace', '--ignore-scripts', '--no-lockfile', '--silent'];
  const { status, stdout, stderr } = spawnSync(command, [...args, ...flags], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, CI: 'true' },
  });
  if (status === 0 && existsSync(path)) return { executable: path };
  const reason = `${stdout}${stderr}`.trim().split('\n').at(-1) ?? '';
  return { missing: `${packageName}@${version} could not be fetched: ${reason}` };
}

/** What was fetched before; nothing is fetched now. */
export function fetchedBefore({ id, packageName, version, executable }: RegistryProgram): Fetched {
  const path = join(store, `${id}-${version}`, 'node_modules', packageName, executable);
  return existsSync(path) ? { executable: path } : { missing: 'not fetched; `pnpm runtimes` fetches it' };
}
