import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BodyLedger } from './body-ledger.ts';
import { LiveEvents } from './live-events.ts';

/** Answers with one of the page's files; false when there is none of that name. */
export type PageServer = (pathname: string, response: ServerResponse) => boolean;

export interface AdminOptions {
  /** Begins and ends with a slash. */
  readonly path: string;
  readonly ledger: BodyLedger;
  readonly servePage?: PageServer | undefined;
}

/** The proxy's own pages, below a path that is not forwarded: the live page, its events, and one snapshot. */
export class Admin {
  readonly #path: string;
  readonly #ledger: BodyLedger;
  readonly #servePage: PageServer;
  readonly #events: LiveEvents;

  constructor({ path, ledger, servePage }: AdminOptions) {
    this.#path = path;
    this.#ledger = ledger;
    this.#servePage = servePage ?? (() => false);
    this.#events = new LiveEvents(() => ledger.snapshot());
  }

  /** Whether it answered; false for what is to be forwarded. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const { url = '/', method } = request;
    const [pathname = ''] = url.split('?', 1);
    if (!`${pathname}/`.startsWith(this.#path)) return false;
    if (method !== 'GET' && method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
    } else if (!pathname.startsWith(this.#path)) {
      // Relative links of the page need the slash.
      response.writeHead(308, { location: this.#path }).end();
    } else {
      this.#serve(pathname.slice(this.#path.length - 1), method, response);
    }
    return true;
  }

  /** Ends the event streams, which would keep their connections for ever. */
  close(): void {
    this.#events.close();
  }

  #serve(pathname: string, method: string, response: ServerResponse): void {
    if (pathname === '/events' && method === 'GET') {
      this.#events.subscribe(response);
    } else if (pathname === '/snapshot.json') {
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(JSON.stringify(this.#ledger.snapshot()));
    } else if (!this.#servePage(pathname, response)) {
      response.writeHead(404, { 'content-type': 'text/plain' });
      response.end(`There is no ${pathname} here.\n`);
    }
  }
}
