#!/usr/bin/env node
import { closeSync, readFileSync, writeSync } from 'node:fs';
import { HangWatch } from './command-line/hang-watch.ts';
import { readInvocation } from './command-line/invocation.ts';
import { run } from './command-line/run.ts';
import { UsageError } from './command-line/usage-error.ts';
import { lawList, usage } from './command-line/usage.ts';

const MISTAKE = 2;
const UNKNOWN = 3;

// Whoever reads the report may have seen enough: `… | head`. That is no verdict, unless there is one already.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? UNKNOWN);
  throw error;
});

// What a subject throws from a timer, or rejects behind everybody's back, ends the process with 1 by default: a verdict
// that nobody has reached.
process.on('uncaughtException', (error: unknown) => {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`millrace-conformance: A subject threw outside of every call made to it: ${text}\n`);
  stage = 'over';
  process.exit(UNKNOWN);
});

/** What is under way, in case the process ends before it is over. */
let stage: 'loading' | 'grading' | 'over' = 'loading';

// A module that calls process.exit(), or waits for what never comes, ends the process with a code that says all is well.
process.on('exit', () => {
  if (stage === 'over') return;
  const what = stage === 'loading' ? 'while a module was loaded' : 'before the verdict';
  process.stderr.write(
    `millrace-conformance: The process ended ${what}: nothing was left to wait for, or it was told to\n`,
  );
  process.exitCode = stage === 'loading' ? MISTAKE : UNKNOWN;
});

main(process.argv.slice(2)).then(end, (error: unknown) => {
  const isMistake = error instanceof UsageError;
  const text =
    error instanceof Error ? (isMistake ? error.message : (error.stack ?? error.message)) : String(error);
  process.stderr.write(`millrace-conformance: ${text}\n`);
  end(isMistake ? MISTAKE : UNKNOWN);
});

/** Ends the process once everything is written: a subject may have left a timer or a socket that would keep it. */
function end(exitCode: number): void {
  stage = 'over';
  process.exitCode = exitCode;
  process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)));
}

async function main(argv: readonly string[]): Promise<number> {
  const invocation = readInvocation(argv);
  switch (invocation.kind) {
    case 'help':
      process.stdout.write(usage);
      return 0;
    case 'version':
      process.stdout.write(`${version()}\n`);
      return 0;
    case 'list':
      process.stdout.write(lawList());
      return 0;
    case 'run':
    default: {
      const watch = new HangWatch(invocation.run.hangLimitSeconds, (text) => {
        const exitCode = stage === 'loading' ? MISTAKE : UNKNOWN;
        stage = 'over';
        // Behind the line that shows what is under way, where there is one.
        const ahead = terminal().width > 0 ? '\n' : '';
        writeSync(process.stderr.fd, `${ahead}millrace-conformance: ${text}\n`);
        // What interrupts a thread is a debugger's, and Node would print that it waits for one to leave.
        closeSync(process.stderr.fd);
        process.exit(exitCode);
      });
      await watch.start();
      return run(invocation.run, {
        folder: process.cwd(),
        print: (text) => void process.stdout.write(text),
        note: (text) => void process.stderr.write(text),
        terminal: terminal(),
        onLoaded: () => (stage = 'grading'),
        watch,
      });
    }
  }
}

/** Colours by the usual signs: NO_COLOR, FORCE_COLOR, and whether anybody looks. */
function terminal(): { readonly hasColor: boolean; readonly width: number } {
  const { env, stdout } = process;
  const isSeen = stdout.isTTY && env['TERM'] !== 'dumb';
  const isForced = (env['FORCE_COLOR'] ?? '') !== '' && env['FORCE_COLOR'] !== '0';
  const hasColor = (env['NO_COLOR'] ?? '') === '' && (isForced || isSeen);
  return { hasColor, width: isSeen && env['CI'] === undefined ? stdout.columns : 0 };
}

function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
