import {
  constants,
  createServer,
  type Http2Server,
  type Http2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { failWhenLost } from '@millrace/core/node';
import { Refusal } from '../policy/refusal.ts';
import { Http2Downstream } from './http2-downstream.ts';
import { MOST_STREAMS } from './http2-limits.ts';
import { LINGER_MS } from './linger.ts';

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
/** A session that has no request under way for so long is told to go. */
const IDLE_MS = 120_000;

export interface Http2Options {
  /** Most bytes of one request's headers. */
  readonly maxHeaderBytes: number;
  /** @param refusal What the exchange is to be answered with in any case. */
  readonly onExchange: (downstream: Http2Downstream, refusal?: Refusal) => void;
}

interface SessionState {
  openStreams: number;
  lostBytes: number;
  /** Its client was told to make no more requests here. */
  isRetired: boolean;
  /** Not Node's own timer of the session, which Node does not stop when it is destroyed, and which keeps it until it would have rung. */
  readonly idleTimer: NodeJS.Timeout;
}

/** The HTTP/2 sessions of clients, on connections that somebody else has accepted. */
export class Http2Sessions {
  readonly #server: Http2Server;
  readonly #open = new Map<Http2Session, SessionState>();
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
      const state = session && this.#open.get(session);
      // It no longer says of which session it was when it is over.
      if (session !== undefined && state !== undefined) watch(session, state, stream);
      const downstream = new Http2Downstream(stream, headers, rawHeaders);
      if (downstream.upgrade === undefined || downstream.upgrade === 'websocket') onExchange(downstream);
      else onExchange(downstream, new Refusal(501, 'Only WebSocket is gone on with.'));
    });
  }

  /** Speaks HTTP/2 on a connection for which that was agreed on. */
  accept(socket: TLSSocket): void {
    failWhenLost(socket);
    this.#server.emit('connection', socket);
  }

  /** Tells every client to make no more requests here, and closes each session behind its last stream. */
  drain(): void {
    this.#isDraining = true;
    for (const [session, state] of this.#open) retire(session, state);
  }

  #enter(session: Http2Session): void {
    const idleTimer = setTimeout(() => {
      if (state.openStreams === 0) session.close();
    }, IDLE_MS).unref();
    const state: SessionState = { openStreams: 0, lostBytes: 0, isRetired: false, idleTimer };
    this.#open.set(session, state);
    session.on('close', () => {
      clearTimeout(idleTimer);
      this.#open.delete(session);
    });
    // Its streams say so by themselves; an error that nobody listens to would end the process.
    session.on('error', () => {});
    if (this.#isDraining) session.close();
  }
}

function watch(session: Http2Session, state: SessionState, stream: ServerHttp2Stream): void {
  state.openStreams += 1;
  stream.once('close', () => {
    state.openStreams -= 1;
    if (state.openStreams === 0) state.idleTimer.refresh();
    if (!stream.writableFinished) lose(session, state, stream.writableLength);
    if (state.isRetired) closeWhenRead(session, state);
  });
}

/** A stream was given up before so much of it was sent. */
function lose(session: Http2Session, state: SessionState, bytes: number): void {
  state.lostBytes += bytes;
  // What the client asks for until it has read that it is to go is answered. If it goes on nevertheless, the second time is not so
  // kind.
  if (state.lostBytes > 2 * MOST_LOST_BYTES) session.close();
  else if (state.lostBytes > MOST_LOST_BYTES) retire(session, state);
}

/** What a client asks for until it has read that is answered. */
function retire(session: Http2Session, state: SessionState): void {
  if (state.isRetired) return;
  state.isRetired = true;
  session.goaway(constants.NGHTTP2_NO_ERROR, ANY_STREAM);
  closeWhenRead(session, state);
}

/**
 * The client is to close the connection, when it has read what was sent. It goes on to say that it has room for more; the answer
 * to that, from a system whose side is closed, would be a reset, and what had not gone out by then would be lost.
 */
function closeWhenRead(session: Http2Session, state: SessionState): void {
  const closeIfIdle = (): void => {
    if (state.openStreams === 0) session.close();
  };
  if (state.openStreams === 0) setTimeout(closeIfIdle, LINGER_MS).unref();
}
