import { basename } from 'node:path';

/** A command with its first arguments, ready for `spawn`. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

/** The pnpm that runs this process, or, when something else does, the one that npx brings. */
export function pnpmCommand(env: NodeJS.ProcessEnv = process.env): Command {
  const path = env.npm_execpath;
  if (path === undefined || !basename(path).startsWith('pnpm'))
    return { command: 'npx', args: ['-y', 'pnpm@12'] };
  return /\.[cm]?js$/.test(path) ? { command: process.execPath, args: [path] } : { command: path, args: [] };
}
