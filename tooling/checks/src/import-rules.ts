import { isBuiltin } from 'node:module';
import { packageOf } from './source-imports.ts';
import type { SourceImport } from './source-imports.ts';
import { isStrategy, workspacePackages } from './workspace.ts';
import type { WorkspacePackage } from './workspace.ts';

/** Which packages one folder of a package may import, its own files aside. */
export interface ImportRule {
  /** May be loaded at run time. */
  readonly values: readonly string[];
  /** May be named with `import type` only. */
  readonly types: readonly string[];
  /** May import Node's own modules; `node-door`: in the files that tsconfig.node.json builds, and only there. */
  readonly builtins: 'everywhere' | 'node-door' | 'nowhere';
}

/** The rule of a package's published sources and the rule of its tests. */
export interface ImportRules {
  readonly src: ImportRule;
  readonly test: ImportRule;
}

const core = '@millrace/core';
const conformance = '@millrace/conformance';
/** What tests that need a server share; no sources import it. */
const testServers = '@millrace/test-servers';

/**
 * Who may import whom: the table of CONTRIBUTING.md as data. A package that is not in it has no rule, which the
 * checks report.
 */
export function importRulesOf(subject: WorkspacePackage): ImportRules | undefined {
  const published = workspacePackages().filter(({ manifest }) => manifest.private !== true);
  const strategies = published.filter(isStrategy).map(({ manifest }) => manifest.name);
  const others = published
    .filter((one) => one.group === 'packages' && !isStrategy(one))
    .map(({ manifest }) => manifest.name);
  const thirdParty = declaredOutsiders(subject);
  const testTools = { types: [], builtins: 'everywhere' } as const;

  if (subject.group === 'apps') {
    return {
      src: { values: [...others, ...thirdParty], types: [], builtins: 'everywhere' },
      test: { values: [...others, ...strategies, testServers, ...thirdParty], ...testTools },
    };
  }
  if (subject.group === 'examples') {
    // A recipe imports what its reader would.
    const values = [...others, ...strategies, ...thirdParty];
    return {
      src: { values, types: [], builtins: 'everywhere' },
      test: { values: [...values, testServers], ...testTools },
    };
  }
  if (subject.group === 'tooling') {
    // Tooling looks at everything, apps included; nothing else looks at tooling, but tests at their servers.
    const apps = workspacePackages().filter(({ group }) => group === 'apps');
    const everything = [
      ...others,
      ...strategies,
      ...thirdParty,
      ...apps.map(({ manifest }) => manifest.name),
      '@millrace/checks',
      '@millrace/runtimes',
    ];
    return { src: { values: everything, ...testTools }, test: { values: everything, ...testTools } };
  }
  if (isStrategy(subject)) {
    return {
      src: { values: [], types: [core], builtins: 'nowhere' },
      test: { values: [core, conformance, ...thirdParty], ...testTools },
    };
  }
  switch (subject.folder) {
    case 'core':
      return {
        src: { values: [], types: [], builtins: 'node-door' },
        test: { values: thirdParty, ...testTools },
      };
    case 'conformance':
      // Test runners are named by the doors that bind to them; the runner is the user's, hence a peer.
      return {
        src: {
          values: Object.keys(subject.manifest.peerDependencies ?? {}),
          types: [core],
          builtins: 'node-door',
        },
        test: { values: [core, ...thirdParty], ...testTools },
      };
    case 'client':
      return {
        src: { values: [core, 'undici'], types: [], builtins: 'everywhere' },
        test: { values: [core, ...strategies, testServers, ...thirdParty], ...testTools },
      };
    default:
      return undefined;
  }
}

/** Why a rule forbids an import, in one sentence; nothing when it is allowed. */
export function importProblem(
  rule: ImportRule,
  { file, specifier, kind }: SourceImport,
  isNodeDoor: (file: string) => boolean,
): string | undefined {
  if (specifier === undefined || specifier.startsWith('.')) return undefined;
  // `bun:test` and the like are built-ins of other runtimes: same rule.
  if (isBuiltin(specifier) || /^[a-z]+:/.test(specifier)) {
    if (rule.builtins === 'everywhere' || (rule.builtins === 'node-door' && isNodeDoor(file)))
      return undefined;
    return `${file} imports "${specifier}", a built-in of one runtime`;
  }
  const name = packageOf(specifier);
  if (rule.values.includes(name)) return undefined;
  if (!rule.types.includes(name)) return `${file} imports "${specifier}", which its package may not import`;
  if (kind === 'type') return undefined;
  return `${file} imports "${specifier}" at run time, where only \`import type\` is allowed`;
}

/** What a package.json declares from outside the family, test tools included. */
function declaredOutsiders({ manifest }: WorkspacePackage): string[] {
  return [
    manifest.dependencies,
    manifest.devDependencies,
    manifest.peerDependencies,
    manifest.optionalDependencies,
  ]
    .flatMap((declared) => Object.keys(declared ?? {}))
    .filter((name) => !name.startsWith('@millrace/'));
}
