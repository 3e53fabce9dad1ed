import net, { type Socket } from 'node:net';
import tls from 'node:tls';
import { Arrivals } from './arrivals.ts';
import { listen } from './listen.ts';
import { RawHttp2Connection } from './raw-http2-connection.ts';
import { tlsCertificate } from './tls-certificate.ts';

/** A server that speaks HTTP/2 by hand, without TLS unless `overTls`. Closed when the test ends. */
export async function rawHttp2Server({ overTls = false } = {}): Promise<{
  url: string;
  next(): Promise<RawHttp2Connection>;
}> {
  const connections = new Arrivals<RawHttp2Connection>();
  const serve = (socket: Socket): void => connections.add(new RawHttp2Connection(socket));
  const server = overTls
    ? tls.createServer({ ...tlsCertificate, ALPNProtocols: ['h2'] }, serve)
    : net.createServer(serve);
  return {
    url: `${overTls ? 'https' : 'http'}://127.0.0.1:${await listen(server)}/`,
    next: () => connections.next(),
  };
}
