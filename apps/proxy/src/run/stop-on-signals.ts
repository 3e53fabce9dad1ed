import { constants } from 'node:os';

/**
 * Drains on the first SIGTERM or SIGINT, and exits at once on the second.
 *
 * @param drain Says how many exchanges were broken off.
 */
export function stopOnSignals(drainTimeoutMs: number, drain: () => Promise<number>): void {
  let isStopping = false;
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (isStopping) process.exit(128 + constants.signals[signal]);
    isStopping = true;
    process.stdout.write(`${signal}: stopped listening, letting open bodies finish\n`);
    const cutOff = await drain();
    if (cutOff === 0) return;
    const what = cutOff === 1 ? '1 exchange was' : `${cutOff} exchanges were`;
    process.stderr.write(`millrace-proxy: ${what} cut off after ${drainTimeoutMs} ms.\n`);
    process.exitCode = 1;
  };
  process.on('SIGTERM', (signal) => void stop(signal));
  process.on('SIGINT', (signal) => void stop(signal));
}
