import { onTestFinished } from 'vitest';
import { type ConfigInput } from '../src/config/config-schema.ts';
import { configOfInput, type ProxyConfig } from '../src/config/config.ts';
import type { ExchangeOutcome } from '../src/relay/exchange-outcome.ts';
import { ProxyProcess } from '../src/run/proxy-process.ts';

export interface StartedProcess {
  readonly proxy: ProxyProcess;
  readonly url: string;
  /** Of exchanges that are over, in the order of their ends. */
  readonly outcomes: ExchangeOutcome[];
}

/** What a configuration file with this in it would say. */
export function configFrom(input: ConfigInput): ProxyConfig {
  return configOfInput({ listen: '127.0.0.1:0', adminListen: '127.0.0.1:0', ...input });
}

/** A configured proxy in this process, stopped when the test ends. */
export async function startProcess(input: ConfigInput): Promise<StartedProcess> {
  const outcomes: ExchangeOutcome[] = [];
  const proxy = await ProxyProcess.start(configFrom(input), (outcome) => void outcomes.push(outcome));
  onTestFinished(async () => {
    await proxy.drain(0);
  });
  return { proxy, url: proxy.urls[0] ?? '', outcomes };
}
