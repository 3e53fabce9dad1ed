import { once } from 'node:events';
import net from 'node:net';
import { onTestFinished } from 'vitest';

/** A TCP server that answers every connection's first bytes with `response`, byte for byte. Closed with the test. */
export async function rawServer(response: string): Promise<URL> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.once('data', () => socket.write(response, 'latin1'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return new URL(`http://127.0.0.1:${(server.address() as net.AddressInfo).port}`);
}
