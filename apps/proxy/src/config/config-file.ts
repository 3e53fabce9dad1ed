import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../message-of.ts';
import { ConfigError } from './config-error.ts';
import { whyUnreadable } from './why-unreadable.ts';

/**
 * What a configuration file says: JSON, or the default export of an ES module. A module is evaluated anew each
 * time; what it imports is not.
 *
 * @throws ConfigError One sentence that names the file.
 */
export async function loadConfigFile(file: string): Promise<unknown> {
  return extname(file) === '.json' ? loadJson(file) : loadModule(file);
}

async function loadJson(file: string): Promise<unknown> {
  const source = await read(file);
  try {
    return JSON.parse(source) as unknown;
  } catch (cause) {
    throw new ConfigError(`${file} is no JSON: ${sayOf(cause)}.`, { cause });
  }
}

let loads = 0;

async function loadModule(file: string): Promise<unknown> {
  // What Node says of a module that it does not find is about who imports it.
  await read(file);
  loads += 1;
  const url = `${pathToFileURL(resolve(file)).href}?load=${loads}`;
  let module: { readonly default?: unknown };
  try {
    module = (await import(url)) as typeof module;
  } catch (reason) {
    throw unreadable(file, sayOf(reason), reason);
  }
  if (module.default === undefined) {
    throw new ConfigError(`${file} has no default export, which must be the configuration.`);
  }
  return module.default;
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (reason) {
    throw unreadable(file, whyUnreadable(reason as NodeJS.ErrnoException), reason);
  }
}

function unreadable(file: string, why: string, cause: unknown): ConfigError {
  return new ConfigError(`${file} cannot be read: ${why}.`, { cause });
}

/** What a script or a parser threw, for the end of a sentence. */
function sayOf(reason: unknown): string {
  const [line = ''] = messageOf(reason).split('\n');
  return line.replace(/\.$/, '');
}
