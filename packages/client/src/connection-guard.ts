import type { Socket } from 'node:net';
import { errors, type Dispatcher } from 'undici';
import { needsMoreThanUndici, type AgentDispatchOptions } from './agent-dispatch-options.ts';
import { ArrivedResponse } from './arrived-response.ts';
import type { Connection, OutgoingRequest } from './connection.ts';
import { declaredBytes, endsWithConnection, isBodiless } from './framing.ts';
import type { GuardedStream } from './guarded-stream.ts';
import type { HeaderRecord } from './header-record.ts';
import { noteRequestFailure } from './request-failure.ts';
import type { TrailerSource } from './request-trailers.ts';

/**
 * Stands between a connection and the handler of one request on it, and keeps undici from taking a loss for an end.
 *
 * Over HTTP/1.1 a body without a length that is not chunked ends with its connection, and undici takes any end of the
 * connection for it: `onHttpSocketError` in its lib/dispatcher/client-h1.js finishes the message on ECONNRESET, so a
 * body cut by RST would look whole. Here such an end is believed only when the peer's FIN was read; otherwise the
 * request fails with the socket's own error.
 *
 *     peer sends FIN   'end'   ─▶ undici: onResponseEnd ─▶ socket.readableEnded     ─▶ the end
 *     peer sends RST   'error' ─▶ undici: onResponseEnd ─▶ not ended, errored       ─▶ the error
 *
 * Bodies with a length or chunks say themselves where they end, so a reset right behind them is no failure. Over
 * HTTP/2 a frame says so, and an end without it is none (`GuardedStream`); what came in front of it is kept for its
 * reader (`ArrivedResponse`).
 */
export class ConnectionGuard implements Dispatcher.DispatchHandler, OutgoingRequest {
  #handler: Dispatcher.DispatchHandler;
  readonly #method: string;
  readonly #connection: Connection;
  readonly trailers: TrailerSource | undefined;
  readonly expectsContinue: boolean;
  readonly acceptsTrailers: boolean;
  readonly asteriskForm: boolean;
  readonly #needsHttp2: boolean;
  /** Requests that went out on the connection before this one; `undefined` while it has not. */
  #requestsBefore: number | undefined;
  #wasAnswered = false;
  /** What it goes out on, over HTTP/1.1. */
  #socket: Socket | undefined;
  /** The socket whose FIN is the end of the body; `undefined` when the body says itself where it ends. */
  #delimiter: Socket | undefined;
  #stream: GuardedStream | undefined;
  /** Over HTTP/2, in front of the handler. */
  #arrived: ArrivedResponse | undefined;
  #deliveredBytes = 0;
  /** Over HTTP/2, what is still to come of a body of a declared length; `undefined`: there is none. */
  #missingBytes: number | undefined;
  #isRejected = false;

  constructor(handler: Dispatcher.DispatchHandler, options: AgentDispatchOptions, connection: Connection) {
    this.#handler = handler;
    this.#method = options.method;
    const hasBody = options.body !== null;
    this.trailers = hasBody ? options.trailers : undefined;
    this.expectsContinue = hasBody && options.expectsContinue === true;
    this.acceptsTrailers = options.acceptsTrailers === true;
    this.asteriskForm = options.asteriskForm === true && options.path === '/';
    this.#needsHttp2 = needsMoreThanUndici(options);
    this.#connection = connection;
  }

  /** undici has not taken it on: there is nothing that it waits for. A server that refuses it is another thing. */
  get isRejected(): boolean {
    return this.#isRejected;
  }

  onStream(stream: GuardedStream): void {
    this.#stream = stream;
  }

  onStreamEnd(): void {
    this.#arrived?.arrive();
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    if (this.#needsHttp2 && !this.#connection.isHttp2) {
      // It was sent here because the server spoke HTTP/2 before. undici would drop them without a word.
      throw new errors.NotSupportedError('the server no longer speaks HTTP/2, which the request needs');
    }
    // With pipelining, undici sends anew what it had sent when another request on the connection is aborted, even one whose
    // answer has begun: its reader would get the second answer behind part of the first.
    if (this.#wasAnswered) throw new errors.SocketError('closed when a request behind it was aborted');
    this.#requestsBefore = this.#connection.request(this);
    if (this.#connection.isHttp2) this.#handler = this.#arrived ??= new ArrivedResponse(this.#handler);
    else this.#socket = this.#connection.socket;
    this.#handler.onRequestStart?.(controller, context);
  }

  onRequestUpgrade(
    ...upgrade: Parameters<NonNullable<Dispatcher.DispatchHandler['onRequestUpgrade']>>
  ): void {
    this.#stream?.becomeTunnel();
    this.#handler.onRequestUpgrade?.(...upgrade);
  }

  onResponseStarted(): void {
    this.#wasAnswered = true;
    this.#handler.onResponseStarted?.();
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: HeaderRecord,
    statusText?: string,
  ): void {
    const { isHttp2 } = this.#connection;
    const isDelimiter = !isHttp2 && endsWithConnection(this.#method, status, headers);
    this.#wasAnswered = true;
    if (isHttp2) {
      this.#missingBytes = isBodiless(this.#method, status)
        ? 0
        : declaredBytes(this.#method, status, headers);
    }
    this.#delimiter = isDelimiter ? this.#socket : undefined;
    this.#handler.onResponseStart?.(controller, status, headers, statusText);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#deliveredBytes += chunk.length;
    if (this.#missingBytes !== undefined) this.#missingBytes -= chunk.length;
    this.#handler.onResponseData?.(controller, chunk);
    if (controller.paused) this.#connection.reads?.pause();
  }

  onResponseEnd(controller: Dispatcher.DispatchController, trailers: HeaderRecord): void {
    const loss = this.#connection.isHttp2 ? this.#lossOfStream() : this.#lossOfConnection();
    if (loss === undefined) this.#handler.onResponseEnd?.(controller, trailers);
    else this.#handler.onResponseError?.(controller, loss);
    // Over HTTP/1.1 undici closes the connection of a request that was answered before it was sent.
    if (this.#stream?.isSent === false) this.#stream.cancel();
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    // What undici has not taken on has none; its types leave that out.
    this.#isRejected = (controller as Dispatcher.DispatchController | null) === null;
    if (!controller?.aborted) this.#handOnUnread(controller);
    if (this.#missingBytes === 0 && !controller?.aborted && isOfConnection(error)) {
      // What it declared is there, and nobody has said that it is wrong: all that is lost is the frame that ends it.
      this.onResponseEnd(controller, {});
      return;
    }
    const requestsBefore = this.#requestsBefore;
    noteRequestFailure(error, {
      wasSent: requestsBefore !== undefined,
      wasAnswered: this.#wasAnswered,
      wasRefused: !this.#wasAnswered && this.#stream?.wasRefused === true,
      connectionWasReused: requestsBefore !== undefined && requestsBefore > 0,
    });
    this.#handler.onResponseError?.(controller, error);
  }

  onBodySent(chunk: Buffer): void {
    this.#handler.onBodySent?.(chunk);
  }

  onRequestSent(): void {
    this.#handler.onRequestSent?.();
  }

  /** What came in front of a failure, and waited in the stream for a slow reader. */
  #handOnUnread(controller: Dispatcher.DispatchController): void {
    for (;;) {
      const chunk = this.#stream?.takeUnread() ?? null;
      if (chunk === null) return;
      this.onResponseData(controller, chunk);
    }
  }

  #lossOfConnection(): Error | undefined {
    const socket = this.#delimiter;
    if (socket === undefined || (socket.readableEnded && socket.errored === null)) return undefined;
    return socket.errored ?? new errors.SocketError('closed before its end');
  }

  #lossOfStream(): Error | undefined {
    const stream = this.#stream;
    // An end means that all is there, not that nobody listens any more.
    if (stream !== undefined && stream.receivedBytes !== this.#deliveredBytes) {
      return new errors.SocketError('bytes were lost in front of the end of the stream');
    }
    if (stream?.wasEnded === true) return undefined;
    // Servers on Node leave the end out now and then, and reset with NO_ERROR: of 60 bodies of five requests at once, behind 24.
    if (this.#missingBytes === 0) return undefined;
    return new errors.SocketError('the stream was reset before its end');
  }
}

/** Whether it says nothing of the response itself, as a reset of its stream with a code does. */
function isOfConnection({ code }: Error & { code?: string }): boolean {
  return code !== 'ERR_HTTP2_STREAM_ERROR' && code !== 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';
}
