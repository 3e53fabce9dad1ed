import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** Answers one request, by the byte or not at all. @param requests How many have come on its connection, this one included. */
export type Script = (socket: Socket, request: IncomingMessage, requests: number) => void;

/** What an upstream saw of the last request with a path. */
export interface Seen {
  /** `gone`: the connection was closed before the request was whole or before it was answered. */
  state: 'open' | 'whole' | 'gone';
  bytes: number;
}

/** An upstream that breaks in the way its path says. */
export class FaultyUpstream {
  readonly url: URL;
  readonly #server: http.Server;
  readonly #seen = new Map<string, Seen>();

  private constructor(server: http.Server) {
    this.#server = server;
    this.url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  static async start(scripts: ReadonlyMap<string, Script>): Promise<FaultyUpstream> {
    const server = http.createServer({ keepAliveTimeout: 0, requestTimeout: 0 });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const upstream = new FaultyUpstream(server);
    const requests = new WeakMap<Socket, number>();
    server.on('clientError', (_, socket) => socket.destroy());
    server.on('request', (request) => {
      const { socket } = request;
      const count = (requests.get(socket) ?? 0) + 1;
      requests.set(socket, count);
      upstream.#watch(request);
      scripts.get(request.url ?? '')?.(socket, request, count);
    });
    server.on('checkContinue', (request, response) => server.emit('request', request, response));
    return upstream;
  }

  /** What was seen of the last request with that path; `undefined` when none has come. */
  seen(path: string): Seen | undefined {
    return this.#seen.get(path);
  }

  forget(path: string): void {
    this.#seen.delete(path);
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  #watch(request: IncomingMessage): void {
    const seen: Seen = { state: 'open', bytes: 0 };
    this.#seen.set(request.url ?? '', seen);
    request.on('data', (chunk: Uint8Array) => {
      seen.bytes += chunk.length;
    });
    request.on('end', () => {
      if (request.complete && request.method !== 'GET') seen.state = 'whole';
    });
    request.on('error', () => {});
    request.socket.on('error', () => {});
    request.socket.once('close', () => {
      if (seen.state === 'open') seen.state = 'gone';
    });
  }
}
