import { PipeError } from '@millrace/core';
import type { Duplex } from 'node:stream';
import { errors, type Dispatcher } from 'undici';
import { declaredBytes, listOf } from './framing.ts';
import type { HeaderRecord } from './header-record.ts';
import { BareBody } from './bare-body.ts';
import type { InformationHandler } from './information.ts';
import type { OutgoingMessage } from './outgoing-message.ts';
import type { PauseHandler } from './pause-handler.ts';
import type { LeaveQueue } from './queued-abort.ts';
import { rawHeadersOf } from './raw-headers.ts';
import { RequestBody } from './request-body.ts';
import type { Rostered } from './roster.ts';
import type { TunnelResponse } from './tunnel-response.ts';
import { Tunnel } from './tunnel.ts';
import { ResponseBody, type ResponseBodyObserver, type ResponseBodyOptions } from './response-body.ts';

export interface ExchangeOptions extends ResponseBodyOptions {
  readonly message: OutgoingMessage;
  readonly onInformation: InformationHandler | undefined;
  readonly onPaused: PauseHandler | undefined;
}

/** Who waits for the response, and who wants to know when the connection is no longer needed. */
export interface ExchangeObserver {
  onResponse(response: TunnelResponse): void;
  /** No response will come. */
  onFailure(reason: unknown): void;
  /** undici is done with it: what is left of a response body is in memory. */
  onOver(): void;
}

/**
 * One request and its response, as undici's dispatch handler.
 *
 *     waiting ─▶ responding ─▶ over
 *        ├─────▶ tunnelling ─▶ over
 *        └────────────────────▶ over
 *
 * A failure while waiting fails the request; one while responding goes into the body, behind what was received;
 * after the end nothing changes any more [P4]. Whatever ends an exchange ends both of its halves. None of the
 * methods throws into undici, and no code of the user runs inside its parser.
 */
export class ResponseHandler
  implements Dispatcher.DispatchHandler, EventListenerObject, ResponseBodyObserver, Rostered
{
  rosterIndex = 0;
  /** What to give undici as the body. */
  readonly payload: Uint8Array | RequestBody | null;
  readonly #options: ExchangeOptions;
  readonly #observer: ExchangeObserver;
  #phase: 'waiting' | 'responding' | 'tunnelling' | 'over' = 'waiting';
  /** Why it is over, when it was broken off. */
  #reason: unknown;
  #controller: Dispatcher.DispatchController | undefined;
  /** While it waits for a connection. */
  #leaveQueue: LeaveQueue | undefined;
  #body: ResponseBody | undefined;
  #tunnel: Tunnel | undefined;
  readonly #trailers: Record<string, string | string[] | undefined> = Object.create(null);
  readonly #rawTrailers: string[] = [];

  constructor(options: ExchangeOptions, observer: ExchangeObserver) {
    const { message, signal } = options;
    const { payload } = message;
    this.#options = options;
    this.#observer = observer;
    this.payload =
      payload === null || payload instanceof Uint8Array
        ? payload
        : new RequestBody(payload, message, (reason) => this.breakOff(reason));
    signal?.addEventListener('abort', this);
  }

  /** The signal has fired before the response came; from then on the pipe listens to it. */
  handleEvent(): void {
    this.breakOff(this.#options.signal?.reason);
  }

  /** Ends the exchange with `reason`, for both sides of it. Does nothing when it is over. */
  breakOff(reason: unknown): void {
    if (this.#phase === 'over') return;
    const controller = this.#controller;
    const leaveQueue = this.#leaveQueue;
    this.#finish(reason);
    if (this.#tunnel !== undefined) this.#tunnel.destroy(reason);
    else if (this.#body !== undefined) this.#body.fail(reason);
    else this.#observer.onFailure(reason);
    controller?.abort(asError(reason));
    leaveQueue?.(asError(reason));
  }

  /** undici has no connection for it yet. */
  onQueued(leaveQueue: LeaveQueue): void {
    if (this.#phase === 'over') leaveQueue(asError(this.#reason));
    else this.#leaveQueue = leaveQueue;
  }

  /** Cancels a response body that is still arriving and that nobody has asked for. */
  cancelUnused(reason: unknown): void {
    if (this.#phase === 'responding' && this.#body?.content.used === false) this.#body.content.cancel(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#leaveQueue = undefined;
    // undici sends it anew though its answer has begun (see ConnectionGuard): the next one does not go on where that stopped.
    if (this.#phase === 'responding')
      this.breakOff(new errors.SocketError('sent again in the middle of its answer'));
    // It was broken off, maybe while undici had it in a queue.
    if (this.#phase === 'over') controller.abort(asError(this.#reason));
    else this.#controller = controller;
  }

  onRequestUpgrade(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: HeaderRecord,
    duplex: Duplex,
  ): void {
    if (this.#phase !== 'waiting') {
      duplex.on('error', () => {}).destroy();
    } else if (status === 101 && !this.#hasAskedFor(headers['upgrade'])) {
      duplex.on('error', () => {}).destroy();
      this.breakOff(
        new errors.SocketError('the server has switched to a protocol that it was not asked for'),
      );
    } else if (status === 101 || (status >= 200 && status < 300)) {
      this.#openTunnel(controller, status, headers, duplex);
    } else {
      new BareBody(duplex, controller.rawHeaders).deliver(this, status, headers);
    }
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: HeaderRecord,
    statusText = '',
  ): void {
    if (this.#phase !== 'waiting') return;
    // A server that ignores the question and has begun a good answer may wait for the body.
    if (status === 100 || (status >= 200 && status < 300)) this.#goAhead();
    if (status < 200) {
      const { onInformation } = this.#options;
      if (onInformation === undefined) return;
      const rawHeaders = rawHeadersOf(controller.rawHeaders, headers);
      void this.#tell(() => onInformation({ status, headers, rawHeaders }));
      return;
    }
    try {
      this.#respond(controller, status, headers, statusText);
    } catch (reason) {
      this.breakOff(reason);
    }
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Uint8Array): void {
    if (this.#phase === 'responding') this.#body?.receive(chunk);
  }

  onResponseEnd(controller: Dispatcher.DispatchController, trailers: HeaderRecord): void {
    if (this.#phase !== 'responding') return;
    // Names alone: over HTTP/2 Node adds a symbol.
    for (const [name, value] of Object.entries(trailers)) this.#trailers[name] = value;
    this.#rawTrailers.push(...rawHeadersOf(controller.rawTrailers, trailers));
    this.#finish(this.#isUploading ? unsentError() : undefined);
    this.#body?.end();
  }

  onResponseError(_: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#phase === 'over') return;
    this.#controller = undefined;
    this.breakOff(isArgumentError(error) ? asPipeError(error) : error);
  }

  onPaused(isPaused: boolean): void {
    const { onPaused } = this.#options;
    if (onPaused !== undefined) void this.#tell(() => onPaused(isPaused));
  }

  onLate(reason: PipeError): void {
    this.breakOff(reason);
  }

  onCancel(reason: unknown): void {
    if (this.#phase === 'over') return;
    const controller = this.#controller;
    this.#finish(reason);
    controller?.abort(asError(reason));
  }

  #openTunnel(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: HeaderRecord,
    duplex: Duplex,
  ): void {
    const tunnel = new Tunnel(duplex, {
      ...this.#options,
      onPaused: (isPaused) => this.onPaused(isPaused),
    });
    this.#tunnel = tunnel;
    this.#phase = 'tunnelling';
    void tunnel.closed.then(() => {
      if (this.#phase === 'tunnelling') this.#finish(undefined);
    });
    const rawHeaders = rawHeadersOf(controller.rawHeaders, headers);
    this.#observer.onResponse({ status, statusText: '', headers, rawHeaders, tunnel });
  }

  #respond(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: HeaderRecord,
    statusText: string,
  ): void {
    const options = this.#options;
    const rawHeaders = rawHeadersOf(controller.rawHeaders, headers);
    // undici's own would keep the memory of the whole first read as long as the body is open: 64 KiB an exchange.
    controller.rawHeaders = rawHeaders;
    const expectedBytes = declaredBytes(options.message.method, status, headers);
    const body = new ResponseBody(
      options,
      { expectedBytes, mediaType: mediaTypeOf(headers), trailers: this.#trailers },
      controller,
      this,
    );
    options.signal?.removeEventListener('abort', this);
    this.#controller = controller;
    this.#body = body;
    this.#phase = 'responding';
    this.#observer.onResponse({
      status,
      statusText,
      headers,
      rawHeaders,
      trailers: this.#trailers,
      rawTrailers: this.#rawTrailers,
      content: body.content,
    });
    const { maxBytes = Infinity } = options.pipe;
    if (expectedBytes !== undefined && expectedBytes > maxBytes) {
      this.breakOff(tooLargeError(expectedBytes, maxBytes));
    }
  }

  /** Not inside the parser's callback: the user's function may read another body and so enter the parser again. */
  async #tell(call: () => void | Promise<void>): Promise<void> {
    await Promise.resolve();
    try {
      await call();
    } catch (reason) {
      this.breakOff(reason);
    }
  }

  /** Whether each protocol that the server goes on with was named in the request (RFC 9110 §7.8). */
  #hasAskedFor(protocols: string | string[] | undefined = ''): boolean {
    const { upgrade } = this.#options.message;
    if (upgrade === undefined) return false;
    const asked = listOf(upgrade.toLowerCase());
    return listOf(protocols).every((protocol) => asked.includes(protocol.toLowerCase()));
  }

  #goAhead(): void {
    if (this.payload instanceof RequestBody) this.payload.goAhead();
  }

  get #isUploading(): boolean {
    return this.payload instanceof RequestBody && this.payload.isOpen;
  }

  #finish(reason: unknown): void {
    this.#phase = 'over';
    this.#reason = reason;
    this.#controller = undefined;
    this.#leaveQueue = undefined;
    this.#options.signal?.removeEventListener('abort', this);
    if (this.payload instanceof RequestBody) this.payload.stop(reason);
    this.#observer.onOver();
  }
}

function mediaTypeOf({ 'content-type': type }: HeaderRecord): string {
  return typeof type === 'string' ? type : '';
}

/** It need not arrive to be known. */
function tooLargeError(declared: number, maxBytes: number): PipeError {
  return new PipeError(
    'ERR_PIPE_TOO_LARGE',
    `the response declares content-length ${declared}; maxBytes is ${maxBytes}`,
    { limit: maxBytes },
  );
}

/** What undici refuses about a request is the caller's mistake, as what this client refuses itself. */
function isArgumentError(error: Error): boolean {
  const code = 'code' in error ? error.code : undefined;
  return code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED';
}

function asPipeError(cause: Error): PipeError {
  return new PipeError('ERR_PIPE_ARGUMENT', `the request cannot be sent: ${cause.message}`, { cause });
}

/** undici and interceptors take only errors for reasons; whoever waits here gets the reason itself. */
function asError(reason: unknown): Error {
  if (reason instanceof Error) return reason;
  return new PipeError('ERR_PIPE_CANCELLED', 'the request was aborted', { cause: reason });
}

/** For the source of a request body that the server did not wait for, as when it answers 413 at once. */
function unsentError(): PipeError {
  return new PipeError('ERR_PIPE_CANCELLED', 'the response was complete before the request body was sent');
}
