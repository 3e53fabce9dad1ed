/**
 * Grades the strategies whose files are named on the command line by the quick profile, and exits 1 at the first law
 * that is broken. A package is graded with the pipe of core, anything else as a store alone. The suite is the only
 * test: what this does not notice, the suite does not.
 *
 * Everything is named by its path from here, so that a copy of the tree grades the copy.
 */
const root = new URL('../../../', import.meta.url);

interface Suite {
  readonly conformance: (
    strategy: unknown,
    options: { readonly createPipe?: unknown; readonly bail: true },
  ) => readonly { run(): unknown; readonly label: string }[];
}

const load = (path: string): Promise<unknown> => import(new URL(path, root).href);

const { conformance } = (await load('packages/conformance/src/index.ts')) as Suite;
const { createPipe } = (await load('packages/core/src/index.ts')) as { readonly createPipe: unknown };

/** What was noticed first; `undefined` when nothing was. What could not be judged counts when nothing else does. */
async function firstFailure(): Promise<string | undefined> {
  let unjudged: string | undefined;
  for (const file of process.argv.slice(2)) {
    const { default: strategy } = (await load(file)) as { readonly default: unknown };
    const pipe = file.startsWith('packages/') ? { createPipe } : {};
    for (const one of conformance(strategy, { ...pipe, bail: true })) {
      const { status, message } = (await one.run()) as { readonly status: string; readonly message?: string };
      const found = `${file}: ${one.label} ${status}: ${message ?? ''}`;
      if (status === 'fail') return found;
      if (status !== 'pass' && status !== 'vacuous') unjudged ??= found;
    }
  }
  return unjudged;
}

const failure = await firstFailure();
if (failure !== undefined) {
  process.stdout.write(`${failure}\n`);
  process.exitCode = 1;
}
