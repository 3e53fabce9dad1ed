import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

/** What runs in the folder where the packed packages are installed. */
export interface Consumer {
  readonly folder: string;
  /** Grades strategies by package name. */
  readonly script: string;
  /** Reads connections that end, on runtimes that have them. */
  readonly connections: string;
  /** The first with the packages inside, for engines that load none. */
  readonly bundle: string;
}

/** Puts the scripts into the folder; they get to see the packed packages only. */
export async function prepareConsumer(folder: string): Promise<Consumer> {
  for (const name of ['grade-strategy', 'grade-by-name', 'grade-bundled', 'read-connections'])
    cpSync(join(import.meta.dirname, `${name}.ts`), join(folder, `${name}.ts`));
  // Deno resolves only what a manifest names.
  const names = ['core', 'conformance', 'copy-on-yield', 'ring-buffer', 'chunk-queue'];
  const dependencies = Object.fromEntries(names.map((name) => [`@millrace/${name}`, '*']));
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ type: 'module', private: true, dependencies }),
  );
  const script = join(folder, 'grade-by-name.js');
  const connections = join(folder, 'read-connections.js');
  const bundle = join(folder, 'grade-bundled.js');
  await build(folder, 'grade-by-name.ts', script, /^@millrace\//);
  await build(folder, 'read-connections.ts', connections, /^(@millrace\/|node:)/);
  await build(folder, 'grade-bundled.ts', bundle);
  return { folder, script, connections, bundle };
}

async function build(folder: string, input: string, file: string, external?: RegExp): Promise<void> {
  const options = external === undefined ? {} : { external };
  const bundle = await rolldown({ cwd: folder, input: `./${input}`, logLevel: 'silent', ...options });
  await bundle.write({ file, format: 'es', sourcemap: false, codeSplitting: false });
  await bundle.close();
}
