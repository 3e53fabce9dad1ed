import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';

/** The URL of a port that nobody listens on. */
export async function refusingUrl(): Promise<string> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${port}/`;
}
