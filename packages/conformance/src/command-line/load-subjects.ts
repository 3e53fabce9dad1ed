import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BufferStrategy } from '@millrace/core';
import { strategyProblem } from '../conformance.ts';
import type { CreatePipe } from '../conformance.ts';
import { isLawId, laws } from '../laws.ts';
import type { LawId } from '../laws.ts';
import { isPipeFeature } from '../pipe-laws/pipe-features.ts';
import type { PipeFeature } from '../pipe-laws/pipe-features.ts';
import type { Subject } from '../run-record.ts';
import { NoSuchPackage, resolveModule } from './resolve-module.ts';
import { UsageError } from './usage-error.ts';

/** A subject, and where its parts come from, for a test that is written to a file. */
export interface LoadedSubject extends Subject {
  readonly source: {
    readonly strategy: string;
    readonly createPipe: string;
  };
}

type Module = Readonly<Record<string, unknown>>;

/** Strategies to put under a pipe that brings none of its own. */
const familyNames = ['@millrace/copy-on-yield', '@millrace/ring-buffer', '@millrace/chunk-queue'];
const ofPipe: readonly LawId[] = laws.map(({ id }) => id).filter((id) => id.startsWith('P'));

/**
 * The subjects that a package or a file stands for: one, or one for each strategy that its pipe is put over.
 *
 * @throws UsageError when it cannot be loaded, or is neither a strategy nor a pipe.
 */
export async function loadSubjects(specifier: string, folder: string): Promise<readonly LoadedSubject[]> {
  const module = await load(specifier, folder);
  const { default: exported, createPipe, claims, supports } = module;
  const claimed = { ...claimsFrom(claims, specifier), ...supportsFrom(supports, specifier) };
  if (typeof createPipe !== 'function') {
    requireStrategy(exported, specifier);
    const core = await coreOf(folder);
    return [
      {
        specifier,
        name: exported.name === specifier ? specifier : `${exported.name} (${specifier})`,
        strategy: exported,
        createPipe: core,
        ...claimed,
        source: { strategy: specifier, createPipe: '@millrace/core' },
      },
    ];
  }
  const pipe = { createPipe: createPipe as CreatePipe, ...claimed };
  if (exported !== undefined) {
    requireStrategy(exported, specifier);
    const source = { strategy: specifier, createPipe: specifier };
    return [{ specifier, name: specifier, strategy: exported, ...pipe, source }];
  }
  const family = await installedFamily(folder);
  if (family.length === 0) {
    throw new UsageError(
      `${specifier} exports createPipe and no strategy to put under it, and none of ${familyNames.join(', ')} is installed here`,
    );
  }
  return family.map((strategy) => ({
    specifier,
    name: `${specifier} over ${strategy.name}`,
    strategy,
    ...pipe,
    about: ofPipe,
    source: { strategy: strategy.name, createPipe: specifier },
  }));
}

async function load(specifier: string, folder: string): Promise<Module> {
  let url: string;
  try {
    url = resolveModule(specifier, folder);
  } catch (error) {
    throw new UsageError(
      error instanceof NoSuchPackage
        ? whatToDo(specifier, folder, error)
        : `${specifier} does not load: ${reasonOf(error)}`,
    );
  }
  if (url.startsWith('file:') && !existsSync(fileURLToPath(url))) {
    throw new UsageError(`There is no file ${fileURLToPath(url)}`);
  }
  if (url.startsWith('file:') && statSync(fileURLToPath(url)).isDirectory()) {
    throw new UsageError(`${fileURLToPath(url)} is a folder: name a file in it`);
  }
  try {
    return (await import(url)) as Module;
  } catch (error) {
    throw new UsageError(`${specifier} does not load: ${reasonOf(error)}`);
  }
}

/** Node takes a name without a dot for a package's, also where there is such a file. */
function whatToDo(specifier: string, folder: string, error: NoSuchPackage): string {
  if (!existsSync(join(folder, specifier))) return whereItWasLookedFor(specifier, error);
  return `${error.message}; for the file of that name write ./${specifier}`;
}

/** With npx nothing is installed in the caller's folder, so what is to be graded has to come along. */
function whereItWasLookedFor(specifier: string, { message, lookedFrom }: NoSuchPackage): string {
  const [name = specifier] = /^(?:@[^/]+\/)?[^/]+/.exec(specifier) ?? [];
  const ways = [
    `install it ("npm install --save-dev ${name}")`,
    `bring it along ("npx -p @millrace/conformance -p ${name} millrace-conformance ${specifier}")`,
    'name a file by a path that begins with "./"',
  ];
  return `${message}, looked for in node_modules from ${lookedFrom.join(' upwards and from ')} upwards: ${ways.join(', or ')}`;
}

function reasonOf(error: unknown): string {
  const text = (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, ' ');
  const needsTypesStripped = /Unknown file extension "\.[cm]?ts"/.test(text);
  return needsTypesStripped ? `${text} (Node 22.18 and later strip types; or name a .js file)` : text;
}

/** The pipe of the caller's core, or else of the one that came with this package. */
async function coreOf(folder: string): Promise<CreatePipe> {
  const { createPipe } = await load('@millrace/core', folder);
  return createPipe as CreatePipe;
}

async function installedFamily(folder: string): Promise<readonly BufferStrategy[]> {
  const found: BufferStrategy[] = [];
  for (const name of familyNames) {
    // The pipe is put over the others.
    if (!isInstalled(name, folder)) continue;
    const { default: strategy } = await load(name, folder);
    requireStrategy(strategy, name);
    found.push(strategy);
  }
  return found;
}

/** A package that is there and broken is installed: loading it says what is wrong. */
function isInstalled(name: string, folder: string): boolean {
  try {
    resolveModule(name, folder);
    return true;
  } catch (error) {
    return !(error instanceof NoSuchPackage);
  }
}

function requireStrategy(value: unknown, specifier: string): asserts value is BufferStrategy {
  if (value === undefined) {
    throw new UsageError(
      `${specifier} exports nothing to grade: a BufferStrategy as its default export, or createPipe`,
    );
  }
  const problem = strategyProblem(value);
  if (problem !== null)
    throw new UsageError(`The default export of ${specifier} is no buffer strategy: ${problem}`);
}

function supportsFrom(supports: unknown, specifier: string): { readonly supports?: readonly PipeFeature[] } {
  if (supports === undefined) return {};
  if (
    Array.isArray(supports) &&
    supports.every((name): name is PipeFeature => typeof name === 'string' && isPipeFeature(name))
  ) {
    return { supports };
  }
  throw new UsageError(
    `supports of ${specifier} is ${JSON.stringify(supports)}; it must be a list of what a pipe can have`,
  );
}

function claimsFrom(claims: unknown, specifier: string): { readonly claims?: readonly LawId[] } {
  if (claims === undefined) return {};
  if (Array.isArray(claims) && claims.every((id): id is LawId => typeof id === 'string' && isLawId(id))) {
    return { claims };
  }
  throw new UsageError(`claims of ${specifier} is ${JSON.stringify(claims)}; it must be a list of law ids`);
}
