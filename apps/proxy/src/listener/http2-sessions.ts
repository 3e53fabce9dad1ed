import {
  constants,
  createServer,
  type Http2Server,
  type Http2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { Refusal } from '../policy/refusal.ts';
import { Http2Downstream } from './http2-downstream.ts';

/**
 * Streams of one client at once. Browsers ask for a hundred or so; but what a client gives up counts for Node until its next turn,
 * and what it asks for in the same breath, as a browser does that leaves a page for another, is refused when both are more than this.
 */
const MOST_STREAMS = 256;
/** What a session may hold before Node refuses its streams, in MB: what they hold, which `sendBody` limits, and what is lost. */
const SESSION_MEMORY_MB = 32;
/**
 * Of a stream that was given up, Node (22 and 24) counts what had not been sent for memory of its session, for good. At so much
 * a session is told to go, long before Node refuses whatever its client asks for.
 */
const MOST_LOST_BYTES = 4 * 1024 * 1024;
/** As the last stream that is answered, before it is known which that is (RFC 9113 §6.8). */
const ANY_STREAM = 2 ** 31 - 1;
/** Headers that came twice go on twice, as over HTTP/1.1. Node 24 has the setting, and its types do not; without it Node throws. */
const repeatsGoOn = { strictSingleValueFields: false };
/** A session on which nothing happens for so long is told to go. */
const IDLE_MS = 120_000;

export interface Http2Options {
  /** Most bytes of one request's headers. */
  readonly maxHeaderBytes: number;
  /** @param refusal What the exchange is to be answered with in any case. */
  readonly onExchange: (downstream: Http2Downstream, refusal?: Refusal) => void;
}

/** The HTTP/2 sessions of clients, on connections that somebody else has accepted. */
export class Http2Sessions {
  readonly #server: Http2Server;
  /** What each has lost, in bytes. */
  readonly #open = new Map<Http2Session, number>();
  #isDraining = false;

  constructor({ maxHeaderBytes, onExchange }: Http2Options) {
    this.#server = createServer({
      maxSessionMemory: SESSION_MEMORY_MB,
      ...repeatsGoOn,
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
      const { session } = stream;
      stream.once('close', () => this.#leave(session, stream));
      const downstream = new Http2Downstream(stream, headers, rawHeaders);
      if (downstream.upgrade === undefined || downstream.upgrade === 'websocket') onExchange(downstream);
      else onExchange(downstream, new Refusal(501, 'Only WebSocket is gone on with.'));
    });
  }

  /** Speaks HTTP/2 on a connection for which that was agreed on. */
  accept(socket: TLSSocket): void {
    this.#server.emit('connection', socket);
  }

  /** Tells every client to make no more requests here, and closes each session behind its last stream. */
  drain(): void {
    this.#isDraining = true;
    for (const session of this.#open.keys()) session.close();
  }

  #enter(session: Http2Session): void {
    this.#open.set(session, 0);
    session.on('close', () => this.#open.delete(session));
    // Its streams say so by themselves; an error that nobody listens to would end the process.
    session.on('error', () => {});
    session.setTimeout(IDLE_MS, () => session.close());
    if (this.#isDraining) session.close();
  }

  /** A stream is over. It no longer says of which session it was. */
  #leave(session: Http2Session | undefined, { writableFinished, writableLength }: ServerHttp2Stream): void {
    const lostBytes = session === undefined ? undefined : this.#open.get(session);
    if (session === undefined || lostBytes === undefined || writableFinished) return;
    const lostByNow = lostBytes + writableLength;
    this.#open.set(session, lostByNow);
    // What the client asks for until it has read that is answered. If it goes on nevertheless, the second time is not so kind.
    if (lostByNow > 2 * MOST_LOST_BYTES) session.close();
    else if (lostByNow > MOST_LOST_BYTES && lostBytes <= MOST_LOST_BYTES)
      session.goaway(constants.NGHTTP2_NO_ERROR, ANY_STREAM);
  }
}
