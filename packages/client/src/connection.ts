import { constants, type ClientHttp2Stream, type OutgoingHttpHeaders } from 'node:http2';
import type { Socket } from 'node:net';
import { failOnReset, failWhenLost } from '@millrace/core/node';
import { endBehindInput } from './end-behind-input.ts';
import {
  GuardedStream,
  MOST_WRITTEN_BYTES,
  type SessionState,
  type StreamedRequest,
} from './guarded-stream.ts';
import { isHttp2, sessionOn } from './http2-session.ts';
import type { SocketReads } from './socket-reads.ts';

/**
 * Of a stream that was given up, Node (22 and 24) counts what had not been sent for memory of its session, for good; at 10 MB it
 * resets every answer. No more requests go to a session that has lost so much.
 */
const MOST_LOST_BYTES = 2 * 1024 * 1024;
/** All that were begun are answered. */
const ANY_STREAM = 2 ** 31 - 1;

/** A request that goes out on a connection. */
export interface OutgoingRequest extends StreamedRequest {
  /** Over HTTP/2 it has got a stream; nothing can have arrived on it yet. */
  onStream(stream: GuardedStream): void;
}

/**
 * What one undici `Client` is connected with at the moment, and how many requests that has carried.
 *
 *     ─▶ connected ─▶ ready ─▶ request ─▶ request ─▶ (lost) ─▶ connected ─▶ …
 */
export class Connection {
  /** How its socket reads, when that is not left to Node. */
  reads: SocketReads | undefined;
  #socket: Socket | undefined;
  #isHttp2 = false;
  #requests = 0;
  /** The request that undici is about to make a stream for: it tells its handler right before, in the same step. */
  #starting: OutgoingRequest | undefined;

  /** `undefined` when it is closed. */
  get socket(): Socket | undefined {
    return this.#socket;
  }

  get isHttp2(): boolean {
    return this.#isHttp2;
  }

  /** A socket was connected; nothing has been sent on it. */
  connected(socket: Socket): void {
    this.#socket = socket;
    this.#isHttp2 = isHttp2(socket);
    this.#requests = 0;
    if (this.#isHttp2) failWhenLost(socket);
    else failOnReset(socket);
    socket.once('close', () => this.#leave(socket));
  }

  /** A pool keeps as many of these as there ever were at once, and a socket what its next read would have gone into. */
  #leave(socket: Socket): void {
    if (this.#socket !== socket) return;
    this.#socket = undefined;
    this.reads = undefined;
  }

  /** undici has made what it speaks with over the socket, and has sent no request yet. */
  ready(): void {
    const socket = this.#isHttp2 ? this.#socket : undefined;
    const session = socket && sessionOn(socket);
    if (socket === undefined || session === undefined) return;
    const request = session.request.bind(session);
    const state: SessionState = { lastStreamId: ANY_STREAM };
    // In front of undici, which fails requests for it.
    session.prependListener('goaway', (_code, lastStreamId) => (state.lastStreamId = lastStreamId));
    // As if the server had said so: undici lets it finish what was begun, and goes on with another.
    const retire = (): void => void session.emit('goaway', constants.NGHTTP2_NO_ERROR, ANY_STREAM);
    endBehindInput(socket, retire);
    let lostBytes = 0;
    const lose = ({ writableFinished, writableLength }: ClientHttp2Stream): void => {
      if (writableFinished || lostBytes > MOST_LOST_BYTES) return;
      lostBytes += Math.min(writableLength, MOST_WRITTEN_BYTES);
      if (lostBytes > MOST_LOST_BYTES) retire();
    };
    // undici gives headers as a record.
    session.request = (headers, options) => {
      const starting = this.#starting;
      this.#starting = undefined;
      const stream = new GuardedStream(request, headers as OutgoingHttpHeaders, options, starting, state);
      stream.stream.once('close', () => lose(stream.stream));
      starting?.onStream(stream);
      return stream.stream;
    };
  }

  /** A request goes out. @returns How many have gone out on this socket before it. */
  request(request: OutgoingRequest): number {
    // Over HTTP/1.1 nobody would take it, and it would hold all of its exchange until the next one.
    if (this.#isHttp2) this.#starting = request;
    return this.#requests++;
  }
}
