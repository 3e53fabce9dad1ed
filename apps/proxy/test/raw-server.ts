import net from 'node:net';
import { listen } from '@millrace/test-servers/listen';

/** A TCP server that answers every connection's first bytes with `response`, byte for byte. Closed with the test. */
export async function rawServer(response: string): Promise<URL> {
  const server = net.createServer((socket) => {
    socket.on('error', () => {}).once('data', () => socket.write(response, 'latin1'));
  });
  return new URL(`http://127.0.0.1:${await listen(server)}`);
}
