import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadStrategy, PipeError, type BufferStrategy } from '@millrace/core';
import { allOrMistakes, ConfigError } from '../config/config-error.ts';

/** A strategy, and where it is named, for messages. */
export interface NamedStrategy {
  /** Of a package, or a file: a path that begins with `/`, `./` or `../`. */
  readonly strategy: string;
  readonly strategyPlace: string;
}

/**
 * Loads strategies.
 *
 * @param baseDirectory What relative paths are relative to.
 * @returns The strategies, by what they were asked for with.
 * @throws ConfigError One sentence for each place that names one which cannot be had.
 */
export async function loadStrategies(
  named: readonly NamedStrategy[],
  baseDirectory: string,
): Promise<Map<string, BufferStrategy>> {
  const places = new Map(named.map(({ strategy, strategyPlace }) => [strategyPlace, strategy]));
  const entries = Array.from(
    places,
    async ([place, name]) => [name, await load(name, place, baseDirectory)] as const,
  );
  return new Map(await allOrMistakes(entries));
}

async function load(name: string, place: string, baseDirectory: string): Promise<BufferStrategy> {
  const isPath = /^\.{0,2}\//.test(name);
  const file = resolve(baseDirectory, name);
  if (isPath && !existsSync(file)) {
    throw new ConfigError(`${place} is ${JSON.stringify(name)}; there is no such file.`);
  }
  try {
    return await loadStrategy(isPath ? pathToFileURL(file).href : name, { import: (found) => import(found) });
  } catch (cause) {
    if (!(cause instanceof PipeError)) throw cause;
    // Nobody is told to install a package whose name is that of a file here.
    if (!isPath && statSync(file, { throwIfNoEntry: false })?.isFile() === true) {
      const path = JSON.stringify(`./${name}`);
      throw new ConfigError(`${place} is ${JSON.stringify(name)}; for the file of that name write ${path}.`, {
        cause,
      });
    }
    throw new ConfigError(`${place} is ${JSON.stringify(name)}: ${cause.message}.`, { cause });
  }
}
