import { execFileSync } from 'node:child_process';
import { findNode26 } from '../node-26.ts';

export const runtimeNames = ['node', 'node26', 'bun', 'deno'] as const;
export type RuntimeName = (typeof runtimeNames)[number];

/** What the contenders run on. */
export interface Runtime {
  readonly name: RuntimeName;
  readonly execPath: string;
  readonly flags: readonly string[];
  /** `Bun 1.4.5` */
  readonly label: string;
}

const nodeFlags = ['--disable-warning=ExperimentalWarning', '--expose-gc'];
const denoFlags = ['run', '--allow-all', '--no-lock', '--node-modules-dir=manual', '--v8-flags=--expose-gc'];

/**
 * The Node that runs this; the Node 26 that npm has; or the Bun or Deno that `ARENA_BUN` or `ARENA_DENO` names, or else the
 * one in PATH.
 *
 * @throws Error with one sentence when there is none.
 */
export function findRuntime(name: RuntimeName): Runtime {
  const path = pathOf(name);
  if (path === undefined)
    throw new Error(
      '--runtime is "node26", and npm has no Node 26 for this machine; ARENA_NODE_26 can name one',
    );
  const flags = name === 'bun' ? ['run'] : name === 'deno' ? denoFlags : nodeFlags;
  try {
    const printed = execFileSync(path, ['--version'], { encoding: 'utf8' });
    const [version = 'unknown'] = /\d[\d.]+/.exec(printed) ?? [];
    const title = name === 'bun' ? 'Bun' : name === 'deno' ? 'Deno' : 'Node';
    return { name, execPath: path, flags, label: `${title} ${version}` };
  } catch (error) {
    throw new Error(
      `--runtime is "${name}", and ${path} does not run; ARENA_${name.toUpperCase()} can name another`,
      { cause: error },
    );
  }
}

function pathOf(name: RuntimeName): string | undefined {
  switch (name) {
    case 'node':
      return process.execPath;
    case 'node26':
      return findNode26();
    case 'bun':
      return process.env['ARENA_BUN'] ?? 'bun';
    case 'deno':
    default:
      return process.env['ARENA_DENO'] ?? 'deno';
  }
}
