export interface ListenAddress {
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
}

/** What an address has to look like, as the end of a sentence. */
export const LISTEN_ADDRESS_MUST_BE =
  'must be HOST:PORT, as 127.0.0.1:8080 or [::1]:8080, with a port from 0 to 65535';

/** `undefined` for what is no address. Without a host it is the loopback's. */
export function parseListenAddress(value: string): ListenAddress | undefined {
  const match = /^(?:(?:\[(?<v6>[\da-f:.]+)\]|(?<name>[^\s:[\]/]+)):)?(?<port>\d{1,5})$/i.exec(value);
  const { v6, name, port = '' } = match?.groups ?? {};
  if (match === null || Number(port) > 65_535) return undefined;
  return { host: v6 ?? name ?? '127.0.0.1', port: Number(port) };
}
