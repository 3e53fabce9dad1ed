import { errors, type Dispatcher } from 'undici';
import type { Socket } from 'node:net';
import type { HeaderRecord } from './header-record.ts';
import { endsWithConnection } from './framing.ts';

/** The connection that a request travels on, once it is made. */
export interface Connection {
  socket: Socket | undefined;
}

/**
 * Tells a reset from an end. A body without a length that is not chunked ends with its connection, and undici
 * takes any end of the connection for it: `onHttpSocketError` in its lib/dispatcher/client-h1.js finishes the
 * message on ECONNRESET, so a body cut by RST would look whole. Here such an end is believed only when the
 * peer's FIN was read; otherwise the request fails with the socket's own error.
 *
 *     peer sends FIN   'end'   ─▶ undici: onResponseEnd ─▶ socket.readableEnded     ─▶ the end
 *     peer sends RST   'error' ─▶ undici: onResponseEnd ─▶ not ended, errored       ─▶ the error
 *
 * Bodies with a length or chunks say themselves where they end, so a reset right behind them is no failure.
 */
export class ResetGuard implements Dispatcher.DispatchHandler {
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #method: string;
  readonly #connection: Connection;
  /** The socket whose FIN is the end of the body; `undefined` when the body says itself where it ends. */
  #delimiter: Socket | undefined;

  constructor(handler: Dispatcher.DispatchHandler, method: string, connection: Connection) {
    this.#handler = handler;
    this.#method = method;
    this.#connection = connection;
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.#handler.onRequestStart?.(controller, context);
  }

  onRequestUpgrade(
    ...upgrade: Parameters<NonNullable<Dispatcher.DispatchHandler['onRequestUpgrade']>>
  ): void {
    this.#handler.onRequestUpgrade?.(...upgrade);
  }

  onResponseStarted(): void {
    this.#handler.onResponseStarted?.();
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: HeaderRecord,
    statusText?: string,
  ): void {
    const { socket } = this.#connection;
    const isDelimiter =
      socket !== undefined && !isHttp2(socket) && endsWithConnection(this.#method, status, headers);
    this.#delimiter = isDelimiter ? socket : undefined;
    this.#handler.onResponseStart?.(controller, status, headers, statusText);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#handler.onResponseData?.(controller, chunk);
  }

  onResponseEnd(controller: Dispatcher.DispatchController, trailers: HeaderRecord): void {
    const socket = this.#delimiter;
    if (socket === undefined || (socket.readableEnded && socket.errored === null)) {
      this.#handler.onResponseEnd?.(controller, trailers);
    } else {
      this.#handler.onResponseError?.(
        controller,
        socket.errored ?? new errors.SocketError('closed before its end'),
      );
    }
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    this.#handler.onResponseError?.(controller, error);
  }

  onBodySent(chunk: Buffer): void {
    this.#handler.onBodySent?.(chunk);
  }

  onRequestSent(): void {
    this.#handler.onRequestSent?.();
  }
}

/** HTTP/2 ends its streams by frames; the socket under them goes on. */
function isHttp2(socket: Socket): boolean {
  return 'alpnProtocol' in socket && socket.alpnProtocol === 'h2';
}
