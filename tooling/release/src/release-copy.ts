import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { repositoryRoot } from '@millrace/checks/workspace';
import type { Manifest } from '@millrace/checks/workspace';
import type { LocalRegistry } from './local-registry.ts';
import { requireProgram, pnpmProgram } from './programs.ts';
import { runCommand, tryCommand } from './run-command.ts';
import type { Printed } from './run-command.ts';

/** A package of the copy that goes to npm. */
export interface CopiedPackage {
  readonly path: string;
  readonly manifest: Manifest;
  /** As it stands; empty before the first release. */
  readonly changelog: string;
}

/**
 * A clone of what is committed, in which a release is made with the commands of the release workflow. Versions,
 * changelogs and tags change there and nowhere else.
 */
export class ReleaseCopy {
  readonly path: string;
  readonly #pnpm = requireProgram(pnpmProgram);
  /** Changesets calls the pnpm that it finds. */
  readonly #searchPath = [dirname(this.#pnpm), dirname(process.execPath), process.env.PATH].join(delimiter);

  private constructor(path: string) {
    this.path = path;
  }

  /** Clones and installs, as a release job does. */
  static async make(path: string): Promise<ReleaseCopy> {
    const copy = new ReleaseCopy(path);
    const call = { command: 'git', cwd: repositoryRoot, env: process.env };
    await runCommand({ ...call, args: ['clone', '--quiet', '--no-tags', repositoryRoot, path] });
    for (const [key, value] of [
      ['user.name', 'rehearsal'],
      ['user.email', 'rehearsal@localhost'],
    ])
      await runCommand({ ...call, cwd: path, args: ['config', String(key), String(value)] });
    await copy.#install();
    return copy;
  }

  /** The first half of a release: changesets become versions and changelogs, and are gone. */
  async version(): Promise<void> {
    await this.#run(['run', 'version'], process.env);
    await this.commit('Version packages');
    // As the job does that publishes; here it must be over before there is only the local registry.
    await this.#install();
  }

  /** The second half: builds, and publishes every version that the registry does not have. */
  async publish({ url, publisherConfig }: LocalRegistry): Promise<void> {
    await this.#run(['run', 'release'], this.#envFor(url, publisherConfig));
  }

  /** Publishes one package with nobody's name. */
  async publishAsStranger({ url, strangerConfig }: LocalRegistry, { path }: CopiedPackage): Promise<Printed> {
    const args = ['publish', '--no-git-checks'];
    return tryCommand({ command: this.#pnpm, args, cwd: path, env: this.#envFor(url, strangerConfig) });
  }

  async commit(message: string): Promise<void> {
    const call = { command: 'git', cwd: this.path, env: process.env };
    await runCommand({ ...call, args: ['add', '--all'] });
    await runCommand({ ...call, args: ['commit', '--quiet', '--message', message] });
  }

  /** What goes to npm, as it stands in the copy. */
  published(): readonly CopiedPackage[] {
    return ['packages', 'apps']
      .flatMap((group) => readdirSync(join(this.path, group)).map((folder) => join(this.path, group, folder)))
      .filter((path) => existsSync(join(path, 'package.json')))
      .map((path) => {
        const changelog = join(path, 'CHANGELOG.md');
        return {
          path,
          manifest: JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Manifest,
          changelog: existsSync(changelog) ? readFileSync(changelog, 'utf8') : '',
        };
      })
      .filter(({ manifest }) => manifest.private !== true);
  }

  async #install(): Promise<void> {
    await this.#run(['install', '--frozen-lockfile', '--prefer-offline'], process.env);
  }

  async #run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
    const PATH = this.#searchPath;
    await runCommand({ command: this.#pnpm, args, cwd: this.path, env: { ...env, PATH, CI: 'true' } });
  }

  /** Settings that send every command to the local registry, with one npmrc and no other. */
  #envFor(url: string, npmrc: string): NodeJS.ProcessEnv {
    return {
      PATH: this.#searchPath,
      HOME: dirname(npmrc),
      NPM_CONFIG_USERCONFIG: npmrc,
      npm_config_registry: `${url}/`,
      // Provenance is what the cloud's build job attests: outside of it there is nobody who could.
      npm_config_provenance: 'false',
      // The local registry has none of what the workspace is built with.
      pnpm_config_verify_deps_before_run: 'false',
      TURBO_TELEMETRY_DISABLED: '1',
    };
  }
}
