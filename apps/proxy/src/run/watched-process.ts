import type { ProxyConfig } from '../config/config.ts';
import type { ExchangeOutcome } from '../relay/exchange-outcome.ts';
import { AccessLog } from '../watch/access-log.ts';
import { spanRecorder } from '../watch/spans.ts';
import { ProxyProcess } from './proxy-process.ts';

/** A proxy of one process and everybody who is told what goes through it. */
export interface WatchedProcess {
  readonly proxy: ProxyProcess;
  /** Takes another configuration, and goes on in a log file of the same name. */
  reload(config: ProxyConfig): Promise<void>;
  /** Drains, writes the last lines of the log, and says how many exchanges were broken off. */
  drain(timeoutMs: number): Promise<number>;
}

/** @throws ConfigError As `ProxyProcess.start`, and as `AccessLog.open`. */
export async function startWatched(config: ProxyConfig): Promise<WatchedProcess> {
  const accessLog = config.accessLog === undefined ? undefined : await AccessLog.open(config.accessLog, warn);
  const recordSpan = await spanRecorder();
  const onExchange = (outcome: ExchangeOutcome): void => {
    accessLog?.write(outcome);
    recordSpan?.(outcome);
  };
  let proxy: ProxyProcess;
  try {
    proxy = await ProxyProcess.start(config, onExchange);
  } catch (reason) {
    await accessLog?.close();
    throw reason;
  }
  process.on('exit', () => proxy.breakOff(new Error('The proxy has exited')));
  return {
    proxy,
    async reload(next) {
      await accessLog?.reopen();
      await proxy.reload(next);
    },
    async drain(timeoutMs) {
      const cutOff = await proxy.drain(timeoutMs);
      await accessLog?.close();
      return cutOff;
    },
  };
}

function warn(sentence: string): void {
  process.stderr.write(`millrace-proxy: ${sentence}\n`);
}
