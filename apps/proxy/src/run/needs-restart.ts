import { isDeepStrictEqual } from 'node:util';
import type { Listener, ProxyConfig } from '../config/config.ts';

/** What only a start reads, by its place in the file. */
const read: Readonly<Record<string, (config: ProxyConfig) => unknown>> = {
  // The files of a certificate may change; whether there is one may not.
  listen: ({ listen }) => listen.map(({ address, tls }) => [address, tls !== undefined]),
  adminListen: ({ adminListen }) => adminListen,
  workers: ({ workers }) => workers,
  accessLog: ({ accessLog }) => accessLog,
  drainTimeoutMs: ({ drainTimeoutMs }) => drainTimeoutMs,
  'limits.headerBytes': ({ limits }) => limits.headerBytes,
  'limits.headersTimeoutMs': ({ limits }) => limits.headersTimeoutMs,
};

/** Which settings of `next` a proxy that was started with `started` does not heed before it is started again. */
export function needsRestart(started: ProxyConfig, next: ProxyConfig): string[] {
  return Object.keys(read).filter((name) => !isDeepStrictEqual(read[name]?.(started), read[name]?.(next)));
}

/** The listener of another configuration that has the same address: at the same place in the list, where there are several. */
export function sameListener(
  { address }: Listener,
  at: number,
  { listen }: ProxyConfig,
): Listener | undefined {
  return [...listen.slice(at, at + 1), ...listen].find((other) => isDeepStrictEqual(other.address, address));
}
