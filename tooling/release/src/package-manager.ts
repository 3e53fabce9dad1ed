import { writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { runtimes } from '@millrace/runtimes/runtime';
import type { RegistryProgram } from '@millrace/runtimes/fetch-package';
import { pnpmProgram, requireProgram } from './programs.ts';
import type { Call } from './run-command.ts';

/** A folder outside of the workspace, and the registry that has the family in it. */
export interface Place {
  readonly folder: string;
  readonly registry: string;
}

/** One way in which people install packages and run what is in them. */
export interface PackageManager {
  readonly label: string;
  readonly version: string;
  /** What runs the code that was installed: files, and the command of a package. */
  readonly runsOn: string;
  commandRunsOn(name: string): string;
  /** Fills the empty folder: a manifest, and what makes the manager take the family from the local registry, everything else from where it always does. */
  prepare(place: Place): void;
  install(place: Place, names: readonly string[]): Call;
  /** Runs a file of the folder. */
  runFile(place: Place, file: string, args: readonly string[]): Call;
  /** Runs the command that a package brings, by the name of the package where the manager can. */
  runPackage(place: Place, name: string, args: readonly string[]): Call;
}

interface Recipe {
  readonly label: string;
  readonly program: RegistryProgram;
  /** The program is a script for Node. */
  readonly isScript?: boolean;
  readonly runsOn: string;
  /** Packages whose command it has Node run all the same. */
  readonly needsNode?: readonly string[];
  /** Where an `.npmrc` is not what the manager reads. */
  readonly configure?: (this: void, place: Place) => void;
  readonly install: readonly string[];
  readonly runFile: readonly string[] | 'node';
  runPackage(name: string): readonly string[];
}

/** Node's part of PATH, and nothing that the workspace has put there. */
const searchPath = [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter);

const node = `Node ${process.versions.node}`;

const PROXY = '@millrace/proxy';

function scopeOnly({ folder, registry }: Place): void {
  writeFileSync(join(folder, '.npmrc'), `@millrace:registry=${registry}/\n`);
}

/** `@millrace/proxy` → the command in it, for managers that run commands by their own names. */
function commandOf(name: string): string {
  return name.replace('@', '').replace('/', '-');
}

const recipes: readonly Recipe[] = [
  {
    label: 'npm',
    program: { id: 'npm', packageName: 'npm', version: '11.21.2', executable: 'bin/npm-cli.js' },
    isScript: true,
    runsOn: node,
    install: ['install'],
    runFile: 'node',
    runPackage: (name) => ['exec', '--', name],
  },
  {
    label: 'pnpm',
    program: pnpmProgram,
    runsOn: node,
    install: ['add'],
    runFile: 'node',
    runPackage: (name) => ['exec', commandOf(name)],
  },
  {
    label: 'yarn 1',
    program: { id: 'yarn-1', packageName: 'yarn', version: '1.22.22', executable: 'bin/yarn.js' },
    isScript: true,
    runsOn: node,
    install: ['add'],
    runFile: 'node',
    runPackage: (name) => ['run', '--silent', commandOf(name)],
  },
  {
    label: 'yarn 4 (PnP)',
    program: {
      id: 'yarn-4',
      packageName: '@yarnpkg/cli-dist',
      version: '4.18.1',
      executable: 'bin/yarn.js',
    },
    isScript: true,
    runsOn: node,
    configure({ folder, registry }) {
      // Without a lockfile of its own, yarn takes the folder for a part of a project further up.
      writeFileSync(join(folder, 'yarn.lock'), '');
      const settings = [
        'enableTelemetry: false',
        'unsafeHttpWhitelist: ["127.0.0.1"]',
        // Younger than a day: a gate that meets every user on the day of a release.
        'npmPreapprovedPackages: ["@millrace/*"]',
        `npmScopes: { millrace: { npmRegistryServer: "${registry}" } }`,
      ];
      writeFileSync(join(folder, '.yarnrc.yml'), `${settings.join('\n')}\n`);
    },
    install: ['add'],
    runFile: ['node'],
    runPackage: (name) => ['run', commandOf(name)],
  },
  {
    label: 'bun',
    program: runtime('bun'),
    runsOn: 'Bun',
    needsNode: [PROXY],
    install: ['add'],
    runFile: ['run'],
    // Without --bun the first line of a command has Node run it. The proxy's client is for Node: on Bun, undici is not undici.
    runPackage: (name) => (name === PROXY ? ['x', name] : ['x', '--bun', name]),
  },
  {
    label: 'deno',
    program: runtime('deno'),
    runsOn: 'Deno',
    install: ['add', '--minimum-dependency-age=0', '--npm'],
    runFile: ['run', '--allow-all'],
    runPackage: (name) => ['run', '--allow-all', '--minimum-dependency-age=0', `npm:${name}`],
  },
];

/** Every package manager that the rehearsal installs with. */
export const packageManagers: readonly PackageManager[] = recipes.map((recipe) => {
  const call = ({ folder }: Place, args: readonly string[]): Call => {
    const path = requireProgram(recipe.program);
    const [command, first] = recipe.isScript === true ? [process.execPath, [path]] : [path, []];
    return { command, args: [...first, ...args], cwd: folder, env: consumerEnv(folder) };
  };
  return {
    label: recipe.label,
    version: recipe.program.version,
    runsOn: recipe.runsOn,
    commandRunsOn: (name) => (recipe.needsNode?.includes(name) === true ? node : recipe.runsOn),
    prepare(place) {
      writeFileSync(join(place.folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
      (recipe.configure ?? scopeOnly)(place);
    },
    install: (place, names) => call(place, [...recipe.install, ...names]),
    runFile: (place, file, args) =>
      recipe.runFile === 'node'
        ? {
            command: process.execPath,
            args: [file, ...args],
            cwd: place.folder,
            env: consumerEnv(place.folder),
          }
        : call(place, [...recipe.runFile, file, ...args]),
    runPackage: (place, name, args) => call(place, [...recipe.runPackage(name), ...args]),
  };
});

/** How this machine gets out: proxies, certificates, and which registry everything else comes from. */
const NETWORK =
  /^(?:(?:https?|no|all)_proxy|node_extra_ca_certs|ssl_cert_(?:file|dir)|npm_config_registry)$/i;

/** A user with no cache, no settings and no history. */
function consumerEnv(folder: string): NodeJS.ProcessEnv {
  const home = join(folder, '.home');
  return {
    HOME: home,
    XDG_CACHE_HOME: join(home, 'cache'),
    PATH: searchPath,
    npm_config_cache: join(home, 'npm'),
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
    pnpm_config_store_dir: join(home, 'pnpm-store'),
    YARN_GLOBAL_FOLDER: join(home, 'yarn'),
    YARN_CACHE_FOLDER: join(home, 'yarn-cache'),
    BUN_INSTALL_CACHE_DIR: join(home, 'bun'),
    DENO_DIR: join(home, 'deno'),
    NO_COLOR: '1',
    CI: 'true',
    ...Object.fromEntries(Object.entries(process.env).filter(([key]) => NETWORK.test(key))),
  };
}

function runtime(id: string): RegistryProgram {
  const found = runtimes.find((one) => one.id === id);
  if (found === undefined) throw new Error(`There is no runtime ${id}`);
  return found;
}
