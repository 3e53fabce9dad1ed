/**
 * Grades the strategies named on the command line by the quick profile, with the pipe of core, and exits 1 at
 * the first law that is broken. The suite is the only test: what this does not notice, the suite does not.
 *
 * Everything is named by its path from here, so that a copy of the tree grades the copy.
 */
const packages = new URL('../../../packages/', import.meta.url);

interface Suite {
  readonly conformance: (
    strategy: unknown,
    options: { readonly createPipe: unknown; readonly bail: true },
  ) => readonly { run(): unknown; readonly label: string }[];
}

const load = (path: string): Promise<unknown> => import(new URL(path, packages).href);

const { conformance } = (await load('conformance/src/index.ts')) as Suite;
const { createPipe } = (await load('core/src/index.ts')) as { readonly createPipe: unknown };

/** What was noticed first; `undefined` when nothing was. */
async function firstFailure(): Promise<string | undefined> {
  for (const name of process.argv.slice(2)) {
    const { default: strategy } = (await load(`${name}/src/index.ts`)) as { readonly default: unknown };
    for (const one of conformance(strategy, { createPipe, bail: true })) {
      const { status, message } = (await one.run()) as { readonly status: string; readonly message?: string };
      if (status !== 'pass' && status !== 'vacuous') {
        return `${name}: ${one.label} ${status}: ${message ?? ''}`;
      }
    }
  }
  return undefined;
}

const failure = await firstFailure();
if (failure !== undefined) {
  process.stdout.write(`${failure}\n`);
  process.exitCode = 1;
}
