import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { mentionsGivenOpen } from '../config/given-open.ts';

/**
 * V8 lets what is new grow to 128 MiB before it looks for what is over (Node 24), and every read is new memory. With 8 MiB a
 * half, the process takes 80 to 150 MiB less, and no request more time: what is freed sooner is used again while it is near.
 */
const SMALL_NURSERY = '--max-semi-space-size=8';

/** The newest Node that is known to take the flags of V8. One that does not know a flag does not start. */
const NEWEST_KNOWN_NODE = 26;

const FLAGS_OF_V8 = [
  // Without the second of two optimizing compilers, which holds 20 MiB of jobs while a new process becomes fast; the first makes
  // the same code fast soon after.
  '--no-maglev',
  // Where V8 takes what a piece of code makes for lasting, since all that is under way was there twice, it makes it among the old
  // objects from then on, and what that holds becomes old too: 60 MiB, in one process of five.
  '--no-allocation-site-pretenuring',
];

/**
 * One heap of the C library for all threads: what V8's compilers give back is used by bodies and connections then, and 15 MiB
 * less is resident. Other libraries than glibc have no such setting.
 */
const ONE_HEAP_OF_C = { MALLOC_ARENA_MAX: '1' };

/** Flags that choose the size of the nursery, or that make a restart lose somebody. */
const KEEPS = /^--(?:\w+-)*semi-space-|^--inspect/;

/** Set where the process is one that was started again. */
const STARTED_AGAIN = 'MILLRACE_STARTED_AGAIN';

/** What this process was started with. */
export interface Start {
  readonly execPath: string;
  /** Of Node itself. */
  readonly execArgv: readonly string[];
  /** The script, and what it is told. */
  readonly args: readonly string[];
  /** What else says where its files are: variables, and the text of a configuration file. */
  readonly told: readonly string[];
  readonly nodeOptions: string;
  /** Whoever started it talks to it, through what would be lost. */
  readonly hasChannel: boolean;
  /** The version of Node, as 24.1.0. */
  readonly node: string;
}

/** Runs this process again as it was started, told to take less memory, under the same number. Does nothing where it cannot. */
export function restartLean(): void {
  // V8 takes the flags only when it starts. Windows has no such call.
  if (process.execve === undefined) return;
  // Node would warn of the call before it refuses it. Without the flag for permissions there is no such property.
  if ('permission' in process && !process.permission.has('child')) return;
  const { execPath, execArgv, argv, env } = process;
  try {
    // A call that fails ends the process, so what may make it fail is looked at before.
    accessSync(execPath, constants.X_OK);
    const args = leanArgs({
      execPath,
      execArgv,
      args: argv.slice(1),
      told: [env['MILLRACE_ACCESS_LOG'] ?? '', env['MILLRACE_CONFIG'] ?? '', ...configTexts(argv, env)],
      nodeOptions: env['NODE_OPTIONS'] ?? '',
      hasChannel: process.channel !== undefined,
      node: process.versions.node,
    });
    if (args === undefined) return;
    // Node may not be permitted to make it.
    process.execve(execPath, args, { ...ONE_HEAP_OF_C, ...env, [STARTED_AGAIN]: '1' });
  } catch {
    // It works with more memory too; and a file that cannot be read is a mistake that is said when it is needed.
  }
}

/** Whether files that it was given open are lost to this process, which is one that was started again. */
export function wasStartedAgain(env: NodeJS.ProcessEnv = process.env): boolean {
  return env[STARTED_AGAIN] !== undefined;
}

/** `undefined`: it stays as it is, since its size was chosen, or a debugger, a parent process or a file would be lost. */
export function leanArgs(start: Start): string[] | undefined {
  const { execPath, execArgv, args, told, nodeOptions, hasChannel, node } = start;
  // Node takes a flag with either dashes or underscores, and in quotes.
  const given = [...execArgv, ...nodeOptions.split(/[\s"]+/)].map((arg) => arg.replaceAll('_', '-'));
  const isChosen = given.some((arg) => KEEPS.test(arg));
  const needsGiven = [...args, ...told].some(mentionsGivenOpen);
  if (isChosen || needsGiven || hasChannel) return undefined;
  const ofV8 = Number.parseInt(node, 10) <= NEWEST_KNOWN_NODE ? FLAGS_OF_V8 : [];
  return [execPath, SMALL_NURSERY, ...ofV8, ...execArgv, ...args];
}

/** What the files say that may be its configuration. What is no file, such as a pipe, can be read only once. */
function configTexts(argv: readonly string[], { MILLRACE_CONFIG }: NodeJS.ProcessEnv): string[] {
  const named = argv.flatMap((arg, at) =>
    arg.startsWith('--config=') ? [arg.slice('--config='.length)] : argv[at - 1] === '--config' ? [arg] : [],
  );
  return [...named, MILLRACE_CONFIG ?? ''].flatMap((file) =>
    statSync(file, { throwIfNoEntry: false })?.isFile() === true
      ? // JSON may have a backslash before each slash.
        [readFileSync(file, 'utf8').replaceAll('\\/', '/')]
      : [],
  );
}
