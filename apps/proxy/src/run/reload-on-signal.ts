import { ConfigError } from '../config/config-error.ts';

/**
 * Reads the configuration again on SIGHUP. One that is wrong changes nothing, and says why. Signals that come while
 * one is being obeyed are obeyed together, by one more reading.
 *
 * @param reload Settles with the settings that stay as they were, since they take a restart.
 */
export function reloadOnSignal(reload: () => Promise<readonly string[]>): void {
  let isReloading = false;
  let isAsked = false;
  const obey = async (): Promise<void> => {
    isAsked = true;
    if (isReloading) return;
    isReloading = true;
    while (isAsked) {
      isAsked = false;
      await reloaded(reload);
    }
    isReloading = false;
  };
  process.on('SIGHUP', () => void obey());
}

async function reloaded(reload: () => Promise<readonly string[]>): Promise<void> {
  try {
    const unheeded = await reload();
    process.stdout.write('SIGHUP: the new configuration is for all new requests\n');
    for (const name of unheeded) {
      process.stderr.write(
        `millrace-proxy: ${name} has changed, which takes a restart: the old one goes on.\n`,
      );
    }
  } catch (reason) {
    const sentences = reason instanceof ConfigError ? reason.sentences : [String(reason)];
    for (const sentence of sentences) process.stderr.write(`millrace-proxy: ${sentence}\n`);
    process.stderr.write('millrace-proxy: SIGHUP changed nothing; the old configuration goes on.\n');
  }
}
