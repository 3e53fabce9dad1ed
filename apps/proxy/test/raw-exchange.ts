import { once } from 'node:events';
import net from 'node:net';

/** Sends `request`, byte for byte, and gives everything that comes back until the server closes the connection. */
export async function rawExchange(url: string, request: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = net.connect(Number(port), hostname);
  let received = '';
  socket.on('data', (bytes) => {
    received += bytes.toString('latin1');
  });
  socket.write(request, 'latin1');
  await once(socket, 'close');
  return received;
}
