import net from 'node:net';
import { Arrivals } from './arrivals.ts';
import { listen } from './listen.ts';
import { RawHttp2Connection } from './raw-http2-connection.ts';

/** A server that speaks HTTP/2 without TLS, by hand. Closed when the test ends. */
export async function rawHttp2Server(): Promise<{ url: string; next(): Promise<RawHttp2Connection> }> {
  const connections = new Arrivals<RawHttp2Connection>();
  const server = net.createServer((socket) => connections.add(new RawHttp2Connection(socket)));
  return {
    url: `http://127.0.0.1:${await listen(server)}/`,
    next: () => connections.next(),
  };
}
