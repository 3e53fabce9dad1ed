import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join, sep } from 'node:path';

export interface NodeBinary {
  readonly path: string;
  /** `20.19.0` */
  readonly version: string;
}

/** The Node that runs the checks. */
export const ownNode: NodeBinary = { path: process.execPath, version: process.versions.node };

/**
 * The machine's own Node: the first in PATH that no node_modules brought. Nothing when there is none, or when it
 * is the one that runs the checks.
 */
export function machineNode(env: NodeJS.ProcessEnv = process.env): NodeBinary | undefined {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const path = (env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '' && !folder.split(sep).includes('node_modules'))
    .map((folder) => join(folder, name))
    .find((candidate) => existsSync(candidate));
  if (path === undefined || path === process.execPath) return undefined;
  const version = execFileSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' }).trim();
  return { path, version };
}

/** Whether a version is at least the one that an `engines` range such as `>=20.19` names. */
export function satisfies(version: string, engines: string): boolean {
  const [wantedMajor = 0, wantedMinor = 0] = engines.replace('>=', '').split('.').map(Number);
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
