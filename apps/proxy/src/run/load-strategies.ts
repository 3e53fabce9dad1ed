import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadStrategy, PipeError, type BufferStrategy } from '@millrace/core';
import { ConfigError } from '../config/config-error.ts';

/**
 * Loads strategies by package name, or by file: a path that begins with `/`, `./` or `../`.
 *
 * @param baseDirectory What relative paths are relative to.
 * @throws ConfigError One sentence for each that cannot be had.
 */
export async function loadStrategies(
  names: Iterable<string>,
  baseDirectory: string,
): Promise<Map<string, BufferStrategy>> {
  const strategies = new Map<string, BufferStrategy>();
  const mistakes: string[] = [];
  for (const name of new Set(names)) {
    try {
      strategies.set(name, await load(name, baseDirectory));
    } catch (reason) {
      if (!(reason instanceof ConfigError)) throw reason;
      mistakes.push(...reason.sentences);
    }
  }
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return strategies;
}

async function load(name: string, baseDirectory: string): Promise<BufferStrategy> {
  const isPath = /^\.{0,2}\//.test(name);
  const file = resolve(baseDirectory, name);
  if (isPath && !existsSync(file)) {
    throw new ConfigError(`The strategy is ${JSON.stringify(name)}; there is no such file.`);
  }
  try {
    return await loadStrategy(isPath ? pathToFileURL(file).href : name, { import: (found) => import(found) });
  } catch (reason) {
    if (reason instanceof PipeError) throw new ConfigError(reason.message, { cause: reason });
    throw reason;
  }
}
