import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The root of the repository. */
export const repositoryRoot = join(import.meta.dirname, '../../..');

/** The folders of folders that pnpm-workspace.yaml lists; each of their subfolders with a package.json is a package. */
const groups = ['packages', 'apps', 'tooling'] as const;

/** The examples are one package, at the root. */
export type Group = (typeof groups)[number] | 'examples';

/** What one door (`"."`, `"./web"`) of a package leads to: a source here, types and code once it is packed. */
export type Door = string | { readonly types: string; readonly default: string };

/** The fields of a package.json that the checks look at. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly description?: string;
  readonly license?: string;
  readonly repository?: { readonly type: string; readonly url: string; readonly directory: string };
  readonly keywords?: readonly string[];
  readonly type?: string;
  readonly sideEffects?: boolean;
  readonly engines?: { readonly node?: string };
  readonly files?: readonly string[];
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, Door>>;
  readonly publishConfig?: {
    readonly access?: string;
    readonly provenance?: boolean;
    readonly bin?: Readonly<Record<string, string>>;
    readonly exports?: Readonly<Record<string, Door>>;
  };
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface WorkspacePackage {
  /** Name of the folder, which is the npm name without its scope. */
  readonly folder: string;
  readonly group: Group;
  /** Absolute path. */
  readonly path: string;
  readonly manifest: Manifest;
}

/** Every package of the workspace, in the order of the folder list. */
export function workspacePackages(): WorkspacePackage[] {
  const places = groups.flatMap((group) =>
    readdirSync(join(repositoryRoot, group), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => ({ group, folder: entry.name, path: join(repositoryRoot, group, entry.name) }))
      .filter(({ path }) => existsSync(join(path, 'package.json')))
      .toSorted((a, b) => (a.folder < b.folder ? -1 : 1)),
  );
  const examples = { group: 'examples', folder: 'examples', path: join(repositoryRoot, 'examples') } as const;
  return [...places, examples].map((found) => ({ ...found, manifest: readManifest(found.path) }));
}

/** The packages that go to npm. */
export function publishedPackages(): WorkspacePackage[] {
  return workspacePackages().filter(({ manifest }) => manifest.private !== true);
}

/** A strategy says so itself, with the keyword that users search npm for. */
export function isStrategy({ manifest }: WorkspacePackage): boolean {
  return manifest.keywords?.includes('millrace-strategy') ?? false;
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}
