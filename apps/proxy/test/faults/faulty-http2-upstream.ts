import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import tls from 'node:tls';
import { END_STREAM, frameTypes, RawHttp2Connection } from '@millrace/test-servers/raw-http2-connection';
import { tlsCertificate } from '@millrace/test-servers/tls-certificate';
import { untilTrue } from './until-true.ts';

/** Answers one request, frame by frame or not at all. @param requests How many have come since it is played, this one included. */
export type Http2Script = (connection: RawHttp2Connection, stream: number, requests: number) => void;

/** An upstream that speaks HTTP/2 over TLS, and breaks as the script says that it plays. */
export class FaultyHttp2Upstream {
  readonly url: URL;
  readonly #server: tls.Server;
  readonly #sockets = new Set<tls.TLSSocket>();
  #script: Http2Script = () => {};
  #requests = 0;
  #last: { readonly connection: RawHttp2Connection; readonly stream: number } | undefined;

  private constructor(server: tls.Server) {
    this.#server = server;
    this.url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const transports = new Map<number | undefined, Socket>();
    server.on('connection', (transport: Socket) => {
      transports.set(
        transport.remotePort,
        transport.on('error', () => {}),
      );
    });
    server.on('secureConnection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      void this.#serve(new RawHttp2Connection(socket, { transport: transports.get(socket.remotePort) }));
    });
  }

  static async start(): Promise<FaultyHttp2Upstream> {
    const server = tls.createServer({ ...tlsCertificate, ALPNProtocols: ['h2'] }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FaultyHttp2Upstream(server);
  }

  /** What it does for each request from now on. */
  play(script: Http2Script): void {
    this.#script = script;
    this.#requests = 0;
    this.#last = undefined;
  }

  /** Bytes of the body of the last request; `undefined` when none has come. */
  get uploadedBytes(): number | undefined {
    return this.#uploaded?.reduce((bytes, { payload }) => bytes + payload.length, 0);
  }

  /** Settles when it is known how the last request has ended. */
  async endOfLast(): Promise<'aborted' | 'taken for whole'> {
    const wasReset = (): boolean =>
      this.#last?.connection.socket.destroyed === true ||
      this.#last?.connection.received.some(
        ({ type, stream }) => type === frameTypes.reset && stream === this.#last?.stream,
      ) === true;
    const wasEnded = (): boolean => this.#uploaded?.some(({ flags }) => (flags & END_STREAM) !== 0) === true;
    await untilTrue(() => wasReset() || wasEnded());
    return wasEnded() ? 'taken for whole' : 'aborted';
  }

  /** Settles when nobody uses the connections that there are any more: the next request comes on a new one. */
  async endConnections(): Promise<void> {
    await Promise.all(
      Array.from(this.#sockets, async (socket) => {
        socket.end();
        await once(socket, 'close');
      }),
    );
  }

  async close(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }

  get #uploaded() {
    const last = this.#last;
    return last?.connection.received.filter(
      ({ type, stream }) => type === frameTypes.data && stream === last.stream,
    );
  }

  async #serve(connection: RawHttp2Connection): Promise<void> {
    // What one upload has not been given back would be missing for the next.
    connection.openWindow();
    for (let count = 1; ; count += 1) {
      const { stream } = await connection.next(frameTypes.headers, count);
      this.#last = { connection, stream };
      this.#requests += 1;
      this.#script(connection, stream, this.#requests);
    }
  }
}
