import { symlinkSync, existsSync, mkdirSync, writeFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { PackedFamily } from '@millrace/checks/packed-family';
import type { RegistryProgram } from '@millrace/runtimes/fetch-package';
import { requireProgram } from './programs.ts';
import { tryCommand } from './run-command.ts';

/** The oldest TypeScript that the declarations are for, the last of each line since, and the newest. */
export const typescripts: readonly RegistryProgram[] = ['5.4.5', '5.9.3', '6.0.3', '7.0.2'].map(
  (version) => ({
    id: 'typescript',
    packageName: 'typescript',
    version,
    executable: 'bin/tsc',
  }),
);

/** Doors that pull in somebody else's declarations: a test runner's. */
const runnerDoor = /\/(?:vitest|bun-test|node-test)$/;

/** Type-checks a file that imports every door, declarations included, and answers what TypeScript says of the family. */
export async function checkDeclarations(
  { packages, consumer }: PackedFamily,
  typescript: RegistryProgram,
  resolution: 'nodenext' | 'bundler',
): Promise<readonly string[]> {
  const doors = packages.flatMap(({ manifest }) =>
    Object.entries(manifest.exports ?? {}).flatMap(([door, to]) =>
      typeof to === 'string' ? [] : [`${manifest.name}${door.slice(1)}`],
    ),
  );
  const imports = doors
    .filter((door) => !runnerDoor.test(door))
    .map((door, index) => `import * as door${index} from '${door}';\nvoid door${index};`);
  const file = `every-door.${resolution}.mts`;
  writeFileSync(join(consumer, file), `${imports.join('\n')}\n`);
  linkNodeTypes(consumer);
  const modules = `--module ${resolution === 'nodenext' ? 'nodenext' : 'esnext'} --moduleResolution ${resolution}`;
  const lib = 'es2023,esnext.disposable,dom,dom.iterable,dom.asynciterable';
  const flags = `--noEmit --strict --target es2022 --types node --lib ${lib} ${modules} ${file}`.split(' ');
  const { stdout, stderr } = await tryCommand({
    command: process.execPath,
    args: [requireProgram(typescript), ...flags],
    cwd: consumer,
    env: { PATH: process.env.PATH },
  });
  // What an old TypeScript thinks of the newest @types/node is between those two.
  return `${stdout}${stderr}`.split('\n').filter((line) => /@millrace|every-door|^error/.test(line));
}

function linkNodeTypes(consumer: string): void {
  const link = join(consumer, 'node_modules/@types/node');
  if (existsSync(link)) return;
  mkdirSync(join(consumer, 'node_modules/@types'), { recursive: true });
  symlinkSync(realpathSync(join(import.meta.dirname, '../node_modules/@types/node')), link, 'junction');
}
