import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ListenAddress } from '../config/listen-address.ts';
import { messageOf } from '../message-of.ts';
import { LiveEvents } from './live-events.ts';
import { isFromHere } from './is-from-here.ts';
import { readSmallJson } from './read-small-json.ts';

/** Answers with one of the page's files; false when there is none of that name. */
export type PageServer = (pathname: string, response: ServerResponse) => boolean;

/** What the admin server shows, and what it may change. */
export interface AdminSubject {
  /** What the live page and its events show, as of now. */
  snapshot(): unknown;
  /** What Prometheus reads. */
  metrics(): Promise<string>;
  /** Whether new requests are welcome: not so from the moment it drains. */
  isReady(): boolean;
  /** Sends new requests through another strategy. Rejects with one sentence when it cannot be had. */
  switchStrategy(name: string): Promise<void>;
}

export interface AdminOptions {
  readonly listen: ListenAddress;
  readonly subject: AdminSubject;
  readonly servePage?: PageServer;
}

/** The content type of Prometheus' text format. */
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** The proxy's own pages, on a listener of their own: health, metrics, the live page, its events and its one control. */
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
    this.#events = new LiveEvents(() => options.subject.snapshot());
    server.on('request', (request, response) => void this.#handle(request, response));
  }

  /** Rejects with the system's error when it cannot listen there. */
  static async start(options: AdminOptions): Promise<AdminServer> {
    const server = createServer();
    const { host, port } = options.listen;
    server.listen({ host, port });
    await once(server, 'listening');
    return new AdminServer(server, options);
  }

  /**
   * Ends the event streams, with a last event, and stops listening. Who is still asking or reading after `patienceMs` is cut
   * off, so that nobody keeps a process that has drained.
   */
  async close(patienceMs = 1000): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#events.close();
    this.#server.close();
    const timer = setTimeout(() => this.#server.closeAllConnections(), patienceMs);
    await closed;
    clearTimeout(timer);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '/', method } = request;
    const [pathname = ''] = url.split('?', 1);
    response.on('error', () => {});
    try {
      if (pathname === '/strategy' && method === 'POST') await this.#switchStrategy(request, response);
      else if (method === 'GET' || method === 'HEAD') await this.#show(pathname, method, response);
      else response.writeHead(405, { allow: pathname === '/strategy' ? 'POST' : 'GET, HEAD' }).end();
    } catch (reason) {
      if (response.headersSent) response.destroy();
      else say(response, 500, messageOf(reason));
    }
  }

  async #show(pathname: string, method: string, response: ServerResponse): Promise<void> {
    const { subject, servePage } = this.#options;
    if (pathname === '/healthz') {
      say(response, 200, 'alive');
    } else if (pathname === '/readyz') {
      if (subject.isReady()) say(response, 200, 'ready');
      else say(response, 503, 'draining');
    } else if (pathname === '/metrics') {
      // First: it may fail, and then that is the answer.
      const text = await subject.metrics();
      response.writeHead(200, { 'content-type': METRICS_TYPE }).end(text);
    } else if (pathname === '/events' && method === 'GET') {
      this.#events.subscribe(response);
    } else if (pathname === '/snapshot.json') {
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(JSON.stringify(subject.snapshot()));
    } else if (servePage?.(pathname, response) !== true) {
      say(response, 404, `There is no ${pathname} here.`);
    }
  }

  async #switchStrategy(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isFromHere(request)) {
      say(response, 403, 'Only this page itself may do that.');
      return;
    }
    const order = await readSmallJson(request);
    if (
      typeof order !== 'object' ||
      order === null ||
      !('strategy' in order) ||
      typeof order.strategy !== 'string'
    ) {
      say(response, 400, 'The body must be JSON as {"strategy": "@millrace/chunk-queue"}.');
      return;
    }
    try {
      await this.#options.subject.switchStrategy(order.strategy);
    } catch (reason) {
      say(response, 400, messageOf(reason));
      return;
    }
    response.writeHead(204).end();
  }
}

function say(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
  response.end(`${sentence}\n`);
}
