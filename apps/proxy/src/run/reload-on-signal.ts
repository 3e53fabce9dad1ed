import { ConfigError } from '../config/config-error.ts';

/**
 * Reads the configuration again on SIGHUP. One that is wrong changes nothing, and says why. Signals that come while
 * one is being obeyed are obeyed together, by one more reading.
 */
export function reloadOnSignal(reload: () => Promise<void>): void {
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

async function reloaded(reload: () => Promise<void>): Promise<void> {
  try {
    await reload();
    process.stdout.write('SIGHUP: the new configuration is for all new requests\n');
  } catch (reason) {
    const sentences = reason instanceof ConfigError ? reason.sentences : [String(reason)];
    for (const sentence of sentences) process.stderr.write(`millrace-proxy: ${sentence}\n`);
    process.stderr.write('millrace-proxy: SIGHUP changed nothing; the old configuration goes on.\n');
  }
}
