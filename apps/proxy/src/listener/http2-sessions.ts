import { createServer, type Http2Server, type ServerHttp2Session } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { Refusal } from '../policy/refusal.ts';
import { Http2Downstream } from './http2-downstream.ts';

/** Streams of one client at once; nginx and haproxy let as many through. */
const MOST_STREAMS = 100;
/** A session on which nothing happens for so long is told to go. */
const IDLE_MS = 120_000;

export interface Http2Options {
  /** Most bytes of one request's headers. */
  readonly maxHeaderBytes: number;
  readonly onExchange: (downstream: Http2Downstream) => void;
}

/** The HTTP/2 sessions of clients, on connections that somebody else has accepted. */
export class Http2Sessions {
  readonly #server: Http2Server;
  readonly #open = new Set<ServerHttp2Session>();
  #isDraining = false;

  constructor({ maxHeaderBytes, onExchange }: Http2Options) {
    this.#server = createServer({
      settings: {
        maxConcurrentStreams: MOST_STREAMS,
        maxHeaderListSize: maxHeaderBytes,
        enablePush: false,
        // WebSockets over one stream (RFC 8441).
        enableConnectProtocol: true,
      },
    });
    this.#server.on('session', (session) => this.#enter(session));
    this.#server.on('stream', (stream, headers, _flags, rawHeaders) => {
      const downstream = new Http2Downstream(stream, headers, rawHeaders);
      if (downstream.upgrade === undefined || downstream.upgrade === 'websocket') onExchange(downstream);
      else downstream.refuse(new Refusal(501, 'Only WebSocket is gone on with.'));
    });
  }

  /** Speaks HTTP/2 on a connection for which that was agreed on. */
  accept(socket: TLSSocket): void {
    this.#server.emit('connection', socket);
  }

  /** Tells every client to make no more requests here, and closes each session behind its last stream. */
  drain(): void {
    this.#isDraining = true;
    for (const session of this.#open) session.close();
  }

  #enter(session: ServerHttp2Session): void {
    this.#open.add(session);
    session.on('close', () => this.#open.delete(session));
    // Its streams say so by themselves; an error that nobody listens to would end the process.
    session.on('error', () => {});
    session.setTimeout(IDLE_MS, () => session.close());
    if (this.#isDraining) session.close();
  }
}
