import { describe, PipeError } from './errors.ts';
import { checkOptionNames, optionNames } from './option-names.ts';
import type { BufferStrategy } from './strategy.ts';
import { requireStrategy } from './strategy-shape.ts';

export interface LoadStrategyOptions {
  /**
   * Imports a module. Package names resolve from the file that imports, so an app whose package manager keeps
   * dependencies apart passes its own: `loadStrategy(name, { import: (specifier) => import(specifier) })`.
   * Default: core's own `import()`.
   */
  readonly import?: (specifier: string) => Promise<unknown>;
}

const names = optionNames<LoadStrategyOptions>({ import: true });

/**
 * Imports a strategy by package name or file URL: the default export of that module.
 *
 * @throws PipeError `ERR_PIPE_STRATEGY` with one sentence that says what to install or what is wrong; what the
 *   import threw is its `cause`.
 */
export async function loadStrategy(
  specifier: string,
  options: LoadStrategyOptions = {},
): Promise<BufferStrategy> {
  if (typeof specifier !== 'string' || specifier === '') {
    throw new PipeError(
      'ERR_PIPE_ARGUMENT',
      `The strategy to load is ${describe(specifier)}; it must be a package name or a file URL`,
      {
        value: specifier,
      },
    );
  }
  checkOptionNames('loadStrategy()', options, names);
  if (options.import === undefined && /^\.\.?\//.test(specifier)) {
    throw new PipeError(
      'ERR_PIPE_ARGUMENT',
      `The strategy to load is "${specifier}", which would be a path from core's own file; give new URL("${specifier}", import.meta.url).href`,
      { value: specifier },
    );
  }
  const importModule = options.import ?? ((name: string): Promise<unknown> => import(name));
  let module: unknown;
  try {
    module = await importModule(specifier);
  } catch (cause) {
    const why = await whyNotLoaded(specifier, cause, importModule);
    throw new PipeError('ERR_PIPE_STRATEGY', why, { value: specifier, cause });
  }
  const strategy: unknown = (module as { default?: unknown } | null)?.default;
  requireStrategy(strategy, `The default export of ${specifier}`);
  return strategy;
}

async function whyNotLoaded(
  specifier: string,
  cause: unknown,
  importModule: (name: string) => Promise<unknown>,
): Promise<string> {
  const message = cause instanceof Error ? cause.message : describe(cause);
  // Every runtime names what it did not find, then who imported it. A strategy that is there but misses a
  // dependency of its own is named only as the importer.
  const [missed = ''] = message.split(/ (?:imported )?from /);
  const isMissing = /cannot find|could not resolve|not found|failed to (resolve|fetch|load)/i.test(missed);
  if (!isMissing || !namesOf(specifier).some((name) => missed.includes(name))) {
    return `Strategy ${specifier} could not be loaded: ${message}`;
  }
  if (isPath(specifier)) return `There is no strategy module at ${specifier}`;
  // A name without its scope is somebody else's package: not one to tell people to install while ours is there.
  const ours = `@millrace/${specifier}`;
  const isOurs = !specifier.startsWith('@') && (await isThere(ours, importModule));
  return isOurs
    ? `Strategy ${specifier} is not installed, but ${ours} is: name that`
    : `Strategy ${specifier} is not installed: run "npm install ${specifier}"`;
}

async function isThere(name: string, importModule: (name: string) => Promise<unknown>): Promise<boolean> {
  try {
    await importModule(name);
    return true;
  } catch {
    return false;
  }
}

/** What a runtime may call it: Node names a file URL by its path. */
function namesOf(specifier: string): string[] {
  return specifier.startsWith('file:')
    ? [specifier, decodeURIComponent(new URL(specifier).pathname)]
    : [specifier];
}

function isPath(specifier: string): boolean {
  return /^(\.|\/|[a-z]+:)/i.test(specifier);
}
