import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/**
 * Whether a request that changes something comes from the proxy's own page, or from a program. A page of somebody
 * else's that is open in the same browser says where it is from in `Origin`. One that has its own name point at this
 * address calls this server by that name, while nobody has a reason to name it by anything but its address.
 */
export function isFromHere({ headers }: IncomingMessage): boolean {
  const { host = '', origin } = headers;
  const name = host.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1');
  if (name !== 'localhost' && isIP(name) === 0) return false;
  return origin === undefined || origin === `http://${host}`;
}
