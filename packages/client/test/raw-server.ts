import net from 'node:net';
import { Arrivals } from '@millrace/test-servers/arrivals';
import { listen } from '@millrace/test-servers/listen';

/** A connection of a raw server, its request head read. */
export interface RawConnection {
  readonly socket: net.Socket;
  /** What the client has sent so far, one character per byte. */
  received(): string;
}

export interface RawServer {
  readonly url: string;
  /** Connections in the order their request heads came. */
  next(): Promise<RawConnection>;
}

/** A TCP server that reads a request head and answers `response`, byte for byte. Closed when the test ends. */
export async function rawServer(response = ''): Promise<RawServer> {
  const connections = new Arrivals<RawConnection>();
  const server = net.createServer((socket) => {
    let received = '';
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      const hadHead = received.includes('\r\n\r\n');
      received += bytes.toString('latin1');
      if (hadHead || !received.includes('\r\n\r\n')) return;
      if (response !== '') socket.write(response, 'latin1');
      connections.add({ socket, received: () => received });
    });
  });
  return {
    url: `http://127.0.0.1:${await listen(server)}/`,
    next: () => connections.next(),
  };
}
