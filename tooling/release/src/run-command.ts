import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** One call of a program. */
export interface Call {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** All of it: nothing is inherited. */
  readonly env: NodeJS.ProcessEnv;
}

/** What a program printed, and how it ended. */
export interface Printed {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A registry that does not answer must not hold the rehearsal for ever. */
const PATIENCE_MS = 300_000;

/** Runs a program to its end, whatever that is. */
export async function tryCommand({ command, args, cwd, env }: Call): Promise<Printed> {
  const child = spawn(command, args, {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PATIENCE_MS,
    killSignal: 'SIGKILL',
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
}

/**
 * Runs a program that has to succeed.
 *
 * @throws Error with the last lines it printed, when it does not.
 */
export async function runCommand(call: Call): Promise<Printed> {
  const printed = await tryCommand(call);
  if (printed.code === 0) return printed;
  const tail = `${printed.stdout}${printed.stderr}`.trim().split('\n').slice(-25).join('\n');
  const line = [call.command, ...call.args].join(' ');
  throw new Error(`\`${line}\` ended with ${printed.code ?? 'a signal'}:\n${tail}`);
}
