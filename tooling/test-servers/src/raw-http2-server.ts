import net from 'node:net';
import { listen } from './listen.ts';
import { RawHttp2Connection } from './raw-http2-connection.ts';

/** A server that speaks HTTP/2 without TLS, by hand. Closed when the test ends. */
export async function rawHttp2Server(): Promise<{ url: string; next(): Promise<RawHttp2Connection> }> {
  const arrived: RawHttp2Connection[] = [];
  const waiting: ((connection: RawHttp2Connection) => void)[] = [];
  const server = net.createServer((socket) => {
    const connection = new RawHttp2Connection(socket);
    const wake = waiting.shift();
    if (wake === undefined) arrived.push(connection);
    else wake(connection);
  });
  return {
    url: `http://127.0.0.1:${await listen(server)}/`,
    next: () =>
      new Promise((resolve) => {
        const connection = arrived.shift();
        if (connection === undefined) waiting.push(resolve);
        else resolve(connection);
      }),
  };
}
