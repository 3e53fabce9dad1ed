import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ListenAddress } from '../config/listen-address.ts';
import { LiveEvents } from './live-events.ts';

/** Answers with one of the page's files; false when there is none of that name. */
export type PageServer = (pathname: string, response: ServerResponse) => boolean;

export interface AdminOptions {
  readonly listen: ListenAddress;
  /** What the live page and its events show, as of now. */
  readonly snapshot: () => unknown;
  readonly servePage?: PageServer;
}

/** The proxy's own pages, on a listener of their own: the live page, its events, and one snapshot. */
export class AdminServer {
  readonly url: string;
  readonly #server: Server;
  readonly #options: AdminOptions;
  readonly #events: LiveEvents;

  private constructor(server: Server, options: AdminOptions) {
    const { address, family, port } = server.address() as AddressInfo;
    this.url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
    this.#server = server;
    this.#options = options;
    this.#events = new LiveEvents(options.snapshot);
    server.on('request', (request, response) => this.#handle(request, response));
  }

  /** Rejects with the system's error when it cannot listen there. */
  static async start(options: AdminOptions): Promise<AdminServer> {
    const server = createServer();
    const { host, port } = options.listen;
    server.listen({ host, port });
    await once(server, 'listening');
    return new AdminServer(server, options);
  }

  /** Ends the event streams, with a last event, and stops listening. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#events.close();
    this.#server.close();
    await closed;
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const { url = '/', method } = request;
    const [pathname = ''] = url.split('?', 1);
    if (method !== 'GET' && method !== 'HEAD') response.writeHead(405, { allow: 'GET, HEAD' }).end();
    else this.#serve(pathname, method, response);
  }

  #serve(pathname: string, method: string, response: ServerResponse): void {
    const { snapshot, servePage } = this.#options;
    if (pathname === '/events' && method === 'GET') {
      this.#events.subscribe(response);
    } else if (pathname === '/snapshot.json') {
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(JSON.stringify(snapshot()));
    } else if (servePage?.(pathname, response) !== true) {
      response.writeHead(404, { 'content-type': 'text/plain' });
      response.end(`There is no ${pathname} here.\n`);
    }
  }
}
