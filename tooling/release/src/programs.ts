import { fetchPackage } from '@millrace/runtimes/fetch-package';
import type { RegistryProgram } from '@millrace/runtimes/fetch-package';

const { platform, arch } = process;

/** The pnpm that releases, and the one that users have. */
export const pnpmProgram: RegistryProgram = {
  id: 'pnpm',
  packageName: `@pnpm/exe.${platform}-${arch}`,
  version: '12.21.0',
  executable: 'pnpm',
};

/**
 * The path of a program, fetched when it is not here.
 *
 * @throws Error when it cannot be had: a rehearsal without it shows nothing.
 */
export function requireProgram(program: RegistryProgram): string {
  const fetched = fetchPackage(program);
  if ('missing' in fetched) throw new Error(fetched.missing);
  return fetched.executable;
}
