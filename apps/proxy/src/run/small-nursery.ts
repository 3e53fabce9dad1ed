import { accessSync, constants } from 'node:fs';

/**
 * V8 lets what is new grow to 128 MiB before it looks for what is over (Node 24), and every read is new memory. With 16
 * MiB a half, the process takes 70 to 120 MiB less, and since what is freed sooner is used again while it is near, a
 * request for 64 KiB costs a quarter less time, one for 1 KiB as much (`--upstream` nginx, wrk, chunk-queue).
 */
const SMALL = '--max-semi-space-size=16';

/** Flags that choose the size of the nursery, or that make a restart lose somebody. */
const KEEPS = /^--(?:\w+-)*semi-space-|^--inspect/;

/** A file that the process was given open: Node closes those above 2 for whatever it becomes. */
const IS_GIVEN = /\/dev\/fd\/|\/proc\/self\/fd\//;

/** What this process was started with. */
export interface Start {
  readonly execPath: string;
  /** Of Node itself. */
  readonly execArgv: readonly string[];
  /** The script, and what it is told. */
  readonly args: readonly string[];
  /** What the variable says where the access log goes. */
  readonly accessLog: string;
  readonly nodeOptions: string;
  /** Whoever started it talks to it, through what would be lost. */
  readonly hasChannel: boolean;
}

/** Runs this process again as it was started, with a small nursery, under the same number. Does nothing where it cannot. */
export function restartWithSmallNursery(): void {
  // Node would warn of the call before it refuses it. Without the flag for permissions there is no such property.
  if ('permission' in process && !process.permission.has('child')) return;
  const args = argsWithSmallNursery({
    execPath: process.execPath,
    execArgv: process.execArgv,
    args: process.argv.slice(1),
    accessLog: process.env['MILLRACE_ACCESS_LOG'] ?? '',
    nodeOptions: process.env['NODE_OPTIONS'] ?? '',
    hasChannel: process.channel !== undefined,
  });
  if (args === undefined) return;
  try {
    // A call that fails ends the process, so what may make it fail is looked at before.
    accessSync(process.execPath, constants.X_OK);
    // V8 takes the flag only when it starts. Windows has no such call, and Node may not be permitted to make it.
    process.execve?.(process.execPath, args);
  } catch {
    // It works with a large one too.
  }
}

/** `undefined`: it stays as it is, since its size was chosen, or a debugger, a parent process or a file would be lost. */
export function argsWithSmallNursery(start: Start): string[] | undefined {
  const { execPath, execArgv, args, accessLog, nodeOptions, hasChannel } = start;
  // Node takes a flag with either dashes or underscores, and in quotes.
  const given = [...execArgv, ...nodeOptions.split(/[\s"]+/)].map((arg) => arg.replaceAll('_', '-'));
  const isChosen = given.some((arg) => KEEPS.test(arg));
  const needsGiven = [...args, accessLog].some((option) => IS_GIVEN.test(option));
  return isChosen || needsGiven || hasChannel ? undefined : [execPath, SMALL, ...execArgv, ...args];
}
