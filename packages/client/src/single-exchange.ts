import http from 'node:http';
import type { Socket } from 'node:net';
import { failOnReset } from '@millrace/core/node';
import { errors, type Dispatcher } from 'undici';
import type { AgentDispatchOptions } from './agent-dispatch-options.ts';
import { ExchangeClock } from './exchange-clock.ts';
import { endsWithConnection } from './framing.ts';
import { headerRecordOf } from './raw-headers.ts';
import { noteRequestFailure } from './request-failure.ts';
import { flatHeadersOf, type RequestHeaders } from './request-headers.ts';

/** Headers that undici refuses as well: how a message is framed is not the caller's. */
const framing = ['transfer-encoding', 'keep-alive', 'upgrade', 'expect'] as const;

/** A body that has yet to be read. */
type BodySource = AsyncIterable<Uint8Array>;

/**
 * One HTTP/1.1 request on a connection of its own, spoken by node:http where undici cannot: undici writes no trailers
 * (`AsyncWriter.end` in its lib/dispatcher/client-h1.js) and takes `100 Continue` for a broken response
 * (`onHeadersComplete` there). To whoever dispatches it looks as undici does.
 *
 *     connecting ─▶ sending head ─▶ sending body ─▶ trailers ─▶ over
 *                        └── response: headers, data, end ── may come at any moment ──▶ over
 */
export class SingleExchange implements Dispatcher.DispatchController {
  readonly #options: AgentDispatchOptions;
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #clock = new ExchangeClock((error) => this.abort(error));
  #socket: Socket | undefined;
  #request: http.ClientRequest | undefined;
  #response: http.IncomingMessage | undefined;
  #isOver = false;
  #isPaused = false;
  /** Why its connection broke off, where Node took that for its end. */
  #resetAtEnd: Error | null = null;
  #reason: Error | null = null;
  /** Lets the body go on, when there is room again or nobody wants it any more. */
  #goOn: (() => void) | undefined;
  rawHeaders: string[] | null = null;
  rawTrailers: string[] | null = null;

  constructor(options: AgentDispatchOptions, handler: Dispatcher.DispatchHandler) {
    this.#options = options;
    this.#handler = handler;
  }

  get aborted(): boolean {
    return this.#reason !== null;
  }

  get reason(): Error | null {
    return this.#reason;
  }

  get paused(): boolean {
    return this.#isPaused;
  }

  pause(): void {
    this.#isPaused = true;
    this.#response?.pause();
    this.#clock.stop();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#response?.resume();
    this.#clock.waitForBody(this.#options.bodyTimeout);
  }

  abort(reason: Error): void {
    if (this.#isOver) return;
    this.#reason = reason;
    this.fail(reason);
  }

  /** Ends it without a response, or in the middle of one. */
  fail(error: Error): void {
    if (this.#isOver) return;
    const wasAnswered = this.#response !== undefined;
    noteRequestFailure(error, {
      wasSent: this.#request !== undefined,
      wasAnswered,
      wasRefused: false,
      connectionWasReused: false,
    });
    this.#finish();
    this.#handler.onResponseError?.(this, error);
  }

  /** Sends the request. Nothing has been sent on the socket before, and nothing will be after. */
  start(socket: Socket): void {
    this.#socket = socket;
    failOnReset(socket);
    socket.once('end', () => {
      this.#resetAtEnd = socket.errored;
    });
    this.#tell(() => this.#handler.onRequestStart?.(this, null));
    if (this.#isOver) return;
    const request = this.#makeRequest(socket);
    if (request === undefined) return;
    this.#request = request;
    // Their bytes are limited; of more than 1 000 lines Node would drop the rest without a word.
    request.maxHeadersCount = 0;
    request.on('error', (error) => this.#lose(error));
    request.on('close', () => this.#lose(new errors.SocketError('other side closed')));
    request.on('drain', () => this.#goOn?.());
    request.on('information', (information) => this.#inform(information));
    request.on('response', (response) => this.#respond(response));
    void this.#send(request);
  }

  /** The connection is gone, or brings what nobody asked for: no harm to a response that has come to its end. */
  #lose(error: Error): void {
    if (this.#response?.complete !== true) this.fail(error);
  }

  #makeRequest(socket: Socket): http.ClientRequest | undefined {
    const { method, path, asteriskForm, origin } = this.#options;
    try {
      return http.request({
        createConnection: () => socket,
        method,
        path: asteriskForm === true ? '*' : path,
        headers: requestHeadersOf(this.#options),
        host: new URL(String(origin)).hostname,
      });
    } catch (error) {
      this.fail(new errors.InvalidArgumentError(error instanceof Error ? error.message : String(error)));
      return undefined;
    }
  }

  async #send(request: http.ClientRequest): Promise<void> {
    const { headersTimeout, trailers } = this.#options;
    const body = this.#options.body as Uint8Array | BodySource | null;
    try {
      if (this.#options.expectsContinue === true) {
        request.flushHeaders();
        this.#clock.waitForHeaders(headersTimeout);
      }
      if (body !== null && !(body instanceof Uint8Array)) await this.#sendChunks(request, body);
      if (this.#isOver) return;
      const pairs = trailers === undefined ? [] : pairsOf(trailers());
      if (pairs.length > 0) request.addTrailers(pairs);
      request.end(body instanceof Uint8Array ? body : undefined);
      this.#handler.onRequestSent?.();
      if (this.#response === undefined) this.#clock.waitForHeaders(headersTimeout);
    } catch (error) {
      // The body says by itself why it failed; what it throws here, it throws for undici.
      this.abort(error instanceof Error ? error : new errors.RequestAbortedError());
    }
  }

  async #sendChunks(request: http.ClientRequest, body: BodySource): Promise<void> {
    for await (const chunk of body) {
      if (this.#isOver) return;
      if (this.#response === undefined) this.#clock.stop();
      // An empty chunk is how a chunked body ends.
      if (chunk.length === 0) continue;
      const hasRoom = request.write(chunk);
      this.#handler.onBodySent?.(chunk as Buffer);
      if (hasRoom) continue;
      if (this.#response === undefined) this.#clock.waitForHeaders(this.#options.headersTimeout);
      await new Promise<void>((resolve) => {
        this.#goOn = resolve;
      });
      if (this.#response === undefined) this.#clock.stop();
    }
  }

  #inform({ statusCode, statusMessage, rawHeaders }: http.InformationEvent): void {
    this.rawHeaders = rawHeaders;
    // The server has answered what it was asked; it is the body's turn.
    if (statusCode === 100 && this.#request?.writableEnded === false) this.#clock.stop();
    this.#tell(() =>
      this.#handler.onResponseStart?.(this, statusCode, headerRecordOf(rawHeaders), statusMessage),
    );
  }

  #respond(response: http.IncomingMessage): void {
    const { statusCode = 0, statusMessage, rawHeaders } = response;
    this.#response = response;
    this.rawHeaders = rawHeaders;
    this.#clock.waitForBody(this.#options.bodyTimeout);
    response.on('error', (error) => this.#lose(error));
    response.on('data', (chunk: Buffer) => {
      if (!this.#isPaused) this.#clock.waitForBody(this.#options.bodyTimeout);
      this.#tell(() => this.#handler.onResponseData?.(this, chunk));
    });
    response.on('end', () => this.#end(response));
    this.#tell(() => this.#handler.onResponseStarted?.());
    this.#tell(() =>
      this.#handler.onResponseStart?.(this, statusCode, headerRecordOf(rawHeaders), statusMessage),
    );
    if (this.#isPaused) response.pause();
  }

  #end(response: http.IncomingMessage): void {
    if (this.#isOver) return;
    if (!response.complete) {
      this.fail(new errors.SocketError('closed before its end'));
      return;
    }
    if (this.#resetAtEnd !== null && this.#endsWithConnection(response)) {
      this.fail(this.#resetAtEnd);
      return;
    }
    this.rawTrailers = response.rawTrailers;
    this.#finish();
    this.#handler.onResponseEnd?.(this, headerRecordOf(response.rawTrailers));
  }

  #endsWithConnection({ statusCode = 0, rawHeaders }: http.IncomingMessage): boolean {
    return endsWithConnection(this.#options.method, statusCode, headerRecordOf(rawHeaders));
  }

  #finish(): void {
    this.#isOver = true;
    this.#clock.stop();
    this.#goOn?.();
    this.#request?.destroy();
    this.#socket?.destroy();
  }

  /** As undici does with a handler that throws. */
  #tell(call: () => void): void {
    if (this.#isOver) return;
    try {
      call();
    } catch (error) {
      this.abort(error instanceof Error ? error : new errors.RequestAbortedError());
    }
  }
}

/** The head as node:http takes it: it adds nothing to a list but `connection: close`. */
function requestHeadersOf(options: AgentDispatchOptions): string[] {
  const headers = flatHeadersOf(options.headers as RequestHeaders);
  const body = options.body as Uint8Array | BodySource | null;
  const names = new Set(headers.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase()));
  for (const name of framing) {
    if (names.has(name)) throw new errors.InvalidArgumentError(`invalid ${name} header`);
  }
  if (!names.has('host')) headers.unshift('host', new URL(String(options.origin)).host);
  if (options.expectsContinue === true) headers.push('expect', '100-continue');
  if (options.acceptsTrailers === true) headers.push('te', 'trailers', 'connection', 'close, te');
  if (names.has('content-length')) return headers;
  if (body instanceof Uint8Array) headers.push('content-length', String(body.length));
  else if (body !== null) headers.push('transfer-encoding', 'chunked');
  return headers;
}

function pairsOf(flat: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at < flat.length; at += 2) pairs.push([flat[at] ?? '', flat[at + 1] ?? '']);
  return pairs;
}
