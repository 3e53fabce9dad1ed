import { fork } from 'node:child_process';

export interface ChildOptions {
  /** The Node to run on. Default: this one. */
  readonly execPath?: string;
  readonly flags?: readonly string[];
  /** Variables of its environment beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** A watchdog for a library that hangs the process. Default: ten minutes. */
  readonly timeoutMs?: number;
}

/**
 * Runs `entryFile` in a process of its own, so that a library which takes the process down takes nobody else with it,
 * and no library warms up another. The job goes in as a message, and the answer comes back as one.
 *
 * @returns The answer, or one sentence that says why there is none.
 */
export function askChild<Answer extends object>(
  entryFile: URL,
  job: object,
  { execPath = process.execPath, flags = [], env = {}, timeoutMs = 600_000 }: ChildOptions = {},
): Promise<Answer | string> {
  return new Promise((resolve) => {
    const child = fork(entryFile, {
      execPath,
      execArgv: [...flags],
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let answer: Answer | undefined;
    let complaint = '';
    let isHanging = false;
    const watchdog = setTimeout(() => {
      isHanging = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    child.once('message', (message) => (answer = message as Answer));
    child.once('error', (error) => (complaint += `Error: ${error.message}`));
    child.once('close', (code, signal) => {
      clearTimeout(watchdog);
      if (answer !== undefined) resolve(answer);
      else if (isHanging) resolve(`It gave no answer within ${timeoutMs / 1000} seconds.`);
      else resolve(`Its process ended with ${code ?? signal}: ${firstError(complaint)}`);
    });
    child.send(job);
  });
}

/** What a script throws, or V8 when memory has run out. What stands around it tells of this machine's folders. */
function firstError(complaint: string): string {
  const line = complaint.split('\n').find((text) => /^\s*(\w*Error\b|FATAL ERROR)/.test(text));
  return (line ?? complaint.trim().split('\n').at(-1) ?? 'no word of why').trim();
}
