import { spawnSync } from 'node:child_process';
import type { SpawnSyncOptions } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative, sep } from 'node:path';
import { pnpmCommand } from './pnpm-command.ts';
import { publishedPackages, readManifest, repositoryRoot, workspacePackages } from './workspace.ts';
import type { Manifest, WorkspacePackage } from './workspace.ts';

/** One published package, as npm would get it. */
export interface PackedPackage {
  readonly folder: string;
  /** The manifest in the tarball. */
  readonly manifest: Manifest;
  /** Paths in the tarball, with `/`. */
  readonly files: readonly string[];
  /** Where it is installed. */
  readonly path: string;
  readonly tarball: string;
}

/** Every published package, built from scratch, packed, and installed in a folder that knows nothing else. */
export interface PackedFamily extends Disposable {
  readonly packages: readonly PackedPackage[];
  /** A folder in which the packages resolve by name, from their tarballs. */
  readonly consumer: string;
}

/**
 * Works on a copy of the workspace, so nothing stale in a dist folder is packed and nothing is left behind here.
 * What the family needs from outside (undici, vitest) is linked to what the workspace has installed.
 */
export function packFamily(): PackedFamily {
  const temporary = realpathSync(mkdtempSync(join(tmpdir(), 'millrace-packed-')));
  const workspace = join(temporary, 'workspace');
  const consumer = join(temporary, 'consumer');
  try {
    copyWorkspace(workspace);
    const published = publishedPackages();
    for (const { path, manifest } of published)
      build(manifest, join(workspace, relative(repositoryRoot, path)));
    const packages = published.map((subject) => packOne(subject, workspace, consumer));
    return { packages, consumer, [Symbol.dispose]: () => rmSync(temporary, { recursive: true }) };
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw error;
  }
}

function copyWorkspace(workspace: string): void {
  mkdirSync(workspace);
  for (const name of ['package.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml']) {
    cpSync(join(repositoryRoot, name), join(workspace, name));
  }
  const left = new Set(['node_modules', 'dist', 'reports', '.turbo']);
  for (const { path } of workspacePackages()) {
    const copy = join(workspace, relative(repositoryRoot, path));
    cpSync(path, copy, {
      recursive: true,
      filter: (source) =>
        !relative(path, source)
          .split(sep)
          .some((part) => left.has(part)),
    });
    linkDependencies(path, copy, (target) => join(workspace, relative(repositoryRoot, target)));
  }
}

/** Links what `from/node_modules` links, members of the family to what `placeOf` says is their place now. */
function linkDependencies(from: string, to: string, placeOf: (target: string) => string): void {
  const installed = join(from, 'node_modules');
  if (!existsSync(installed)) return;
  const names = readdirSync(installed).flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(installed, name)).map((inner) => `${name}/${inner}`) : [name],
  );
  for (const name of names.filter((one) => !one.startsWith('.'))) {
    const target = realpathSync(join(installed, name));
    const link = join(to, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(name.startsWith('@millrace/') ? placeOf(target) : target, link, 'junction');
  }
}

/** Runs the package's own build script: what it says makes it is what makes it here. */
function build({ name, scripts }: Manifest, place: string): void {
  if (scripts?.build === undefined) throw new Error(`${name} is published and has no build script`);
  const tools = [dirname(process.execPath), join(repositoryRoot, 'node_modules/.bin'), process.env.PATH];
  run(scripts.build, [], place, { shell: true, env: { ...process.env, PATH: tools.join(delimiter) } });
}

function packOne(
  { folder, path: source, manifest }: WorkspacePackage,
  workspace: string,
  consumer: string,
): PackedPackage {
  const pnpm = pnpmCommand();
  const place = join(workspace, relative(repositoryRoot, source));
  const tarballs = join(workspace, 'tarballs', folder);
  mkdirSync(tarballs, { recursive: true });
  run(pnpm.command, [...pnpm.args, 'pack', '--pack-destination', tarballs], place);
  const [tarball] = readdirSync(tarballs);
  if (tarball === undefined) throw new Error(`pnpm pack made no tarball of ${manifest.name}`);
  const path = join(consumer, 'node_modules', manifest.name);
  mkdirSync(path, { recursive: true });
  run('tar', ['-xzf', join(tarballs, tarball), '--strip-components=1', '-C', path], workspace);
  const files = readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(path, join(entry.parentPath, entry.name)).replaceAll(sep, '/'));
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
    if (!name.startsWith('@millrace/'))
      linkOne(join(source, 'node_modules', name), join(path, 'node_modules', name));
  }
  return { folder, manifest: readManifest(path), files, path, tarball: join(tarballs, tarball) };
}

function linkOne(target: string, link: string): void {
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(realpathSync(target), link, 'junction');
}

function run(command: string, args: readonly string[], cwd: string, options: SpawnSyncOptions = {}): void {
  const { status, stdout, stderr, error } = spawnSync(command, args, { ...options, cwd, encoding: 'utf8' });
  if (status === 0) return;
  throw new Error(`${command} ${args.join(' ')} failed in ${cwd}:\n${stdout}${stderr}`, { cause: error });
}
