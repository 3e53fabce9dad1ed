import { PipeError } from '@millrace/core';
import type { Readable } from 'node:stream';
import type { Agent, Dispatcher } from 'undici';
import { createAgent, isGuarded } from './agent.ts';
import { readsOwnMemory } from './chunk-ownership.ts';
import { checkClientOptions, type ClientOptions } from './client-options.ts';
import type { AgentDispatchOptions } from './agent-dispatch-options.ts';
import type { IncomingResponse } from './incoming-response.ts';
import { needsGuardedAgent, outgoingMessageOf, type OutgoingMessage } from './outgoing-message.ts';
import { queuedAbort, type LeaveQueue } from './queued-abort.ts';
import type { RequestBody } from './request-body.ts';
import { checkRequestOptions, type RequestOptions } from './request-options.ts';
import type { ContentPipeOptions } from './content-pipe-options.ts';
import { DEFAULT_READER_TIMEOUT_MS } from './reader-watch.ts';
import { ResponseHandler } from './response-handler.ts';
import { Roster } from './roster.ts';
import type { Timeouts } from './timeouts.ts';
import {
  connectMessageOf,
  upgradeMessageOf,
  type ConnectOptions,
  type UpgradeOptions,
} from './tunnel-options.ts';
import type { TunnelResponse } from './tunnel-response.ts';

/**
 * An HTTP client whose response bodies stream through pipes of one buffer strategy.
 *
 * A client keeps connections, so make one and share it. Every response body has to be read to its end or
 * cancelled: one that waits in its pipe keeps its connection.
 */
export interface Client {
  /**
   * Sends a request and waits for the headers of the response. Statuses are results, redirects included.
   *
   * Rejects with `ERR_PIPE_ARGUMENT` for what cannot be sent, `ERR_PIPE_STATE` after `close()`, the signal's reason,
   * what the request body failed with, and undici's own or the socket's error, by identity, for a connection that
   * fails before the headers. What fails later is thrown by `content`, behind the bytes that came.
   */
  request(url: string | URL, options?: RequestOptions): Promise<IncomingResponse>;
  /**
   * Asks the server to go on with another protocol, `websocket` unless you say otherwise. Settles with a `tunnel` when
   * it agrees, with a response like any other when it does not. Fails as `request` does.
   */
  upgrade(url: string | URL, options?: UpgradeOptions): Promise<TunnelResponse>;
  /** Asks a proxy at `url` for a tunnel to `target` (`CONNECT`). Settles and fails as `upgrade` does. */
  connect(url: string | URL, options: ConnectOptions): Promise<TunnelResponse>;
  /**
   * Takes no more requests, and waits for those under way. Bodies still arriving that nobody has asked for are
   * cancelled, since nobody may come; one that somebody reads is waited for, and so is a tunnel.
   */
  close(): Promise<void>;
  /** Breaks off what is under way with `reason`: requests reject with it, bodies and tunnels end with it. */
  destroy(reason?: unknown): Promise<void>;
}

/** @throws PipeError `ERR_PIPE_ARGUMENT` for options that can never work, `ERR_PIPE_STRATEGY` for what is no strategy. */
export function createClient(options: ClientOptions): Client {
  checkClientOptions(options);
  return new PipedClient(options);
}

class PipedClient implements Client {
  readonly #options: ClientOptions;
  readonly #pipe: ContentPipeOptions;
  readonly #dispatcher: Dispatcher;
  /** The dispatcher, when it is the client's own to close. */
  readonly #ownAgent: Agent | undefined;
  readonly #movesChunks: boolean;
  readonly #exchanges = new Roster<ResponseHandler>();
  #isClosed = false;
  #closing: Promise<void> | undefined;

  constructor(options: ClientOptions) {
    const { pipe = {} } = options;
    this.#options = options;
    this.#pipe = pipe;
    this.#ownAgent = options.dispatcher === undefined ? createAgent(options.agent) : undefined;
    this.#dispatcher = options.dispatcher ?? (this.#ownAgent as Agent);
    this.#movesChunks = this.#ownAgent !== undefined && readsOwnMemory(options.agent) && pipe.poison !== true;
  }

  request(url: string | URL, options: RequestOptions = {}): Promise<IncomingResponse> {
    // Only what asks for a tunnel can get one.
    return this.#send('request', options, () => {
      checkRequestOptions(options);
      return outgoingMessageOf(url, options);
    }) as Promise<IncomingResponse>;
  }

  upgrade(url: string | URL, options: UpgradeOptions = {}): Promise<TunnelResponse> {
    return this.#send('upgrade', options, () => upgradeMessageOf(url, options));
  }

  connect(url: string | URL, options: ConnectOptions): Promise<TunnelResponse> {
    return this.#send('connect', options, () => connectMessageOf(url, options));
  }

  /** @param messageOf May throw for what cannot be sent. */
  #send(
    call: string,
    options: Pick<RequestOptions, 'signal' | 'onInformation' | 'onPaused' | 'maxBytes' | keyof Timeouts>,
    messageOf: () => OutgoingMessage,
  ): Promise<TunnelResponse> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) throw new PipeError('ERR_PIPE_STATE', `${call}() after the client was closed`);
      const message = messageOf();
      const isSpecial = needsGuardedAgent(message);
      if (isSpecial && !isGuarded(this.#dispatcher)) throw unguardedError();
      const { signal, onInformation, onPaused, maxBytes } = options;
      const exchange = new ResponseHandler(
        {
          message,
          strategy: this.#options.strategy,
          pipe: maxBytes === undefined ? this.#pipe : { ...this.#pipe, maxBytes },
          readerTimeoutMs:
            options.readerTimeoutMs ?? this.#options.readerTimeoutMs ?? DEFAULT_READER_TIMEOUT_MS,
          // node:http may carry it, whose chunks share memory.
          movesChunks: this.#movesChunks && !isSpecial,
          signal,
          onInformation,
          onPaused,
        },
        { onResponse: resolve, onFailure: reject, onOver: () => this.#exchanges.delete(exchange) },
      );
      this.#exchanges.add(exchange);
      if (signal?.aborted === true) exchange.breakOff(signal.reason);
      else this.#dispatch(message, exchange, options);
    });
  }

  #dispatch(message: OutgoingMessage, exchange: ResponseHandler, timeouts: Timeouts): void {
    const { headersTimeoutMs = this.#options.headersTimeoutMs, bodyTimeoutMs = this.#options.bodyTimeoutMs } =
      timeouts;
    const { origin, path, method, headers, trailers, acceptsTrailers, continueTimeoutMs, upgrade } = message;
    const { payload } = exchange;
    const options: AgentDispatchOptions = {
      origin,
      ...(path === '*' ? { path: '/', asteriskForm: true } : { path }),
      method,
      headers: headers as string[],
      // undici takes any iterable; its types leave that out.
      body: payload as Uint8Array | Readable | null,
      headersTimeout: headersTimeoutMs ?? null,
      bodyTimeout: bodyTimeoutMs ?? null,
      ...(trailers === undefined ? undefined : { trailers: () => (payload as RequestBody).trailers }),
      ...(acceptsTrailers === true ? { acceptsTrailers } : undefined),
      ...(continueTimeoutMs === undefined ? undefined : { expectsContinue: true }),
      // A server that offers HTTP/2 need not know upgrades there (RFC 8441).
      ...(upgrade === undefined ? undefined : { upgrade, allowH2: false }),
      ...(queuedAbort && { [queuedAbort]: (leaveQueue: LeaveQueue) => exchange.onQueued(leaveQueue) }),
    };
    try {
      this.#dispatcher.dispatch(options, exchange);
    } catch (reason) {
      // undici's own dispatchers tell the handler; interceptors may throw.
      exchange.breakOff(reason);
    }
  }

  close(): Promise<void> {
    this.#isClosed = true;
    const reason = new PipeError(
      'ERR_PIPE_CANCELLED',
      'the client was closed before anybody read the response body',
    );
    for (const exchange of this.#exchanges) exchange.cancelUnused(reason);
    this.#closing ??= this.#whenOver();
    return this.#closing;
  }

  async destroy(
    reason: unknown = new PipeError('ERR_PIPE_CANCELLED', 'the client was destroyed'),
  ): Promise<void> {
    this.#isClosed = true;
    for (const exchange of this.#exchanges) exchange.breakOff(reason);
    await this.#ownAgent?.destroy(reason instanceof Error ? reason : null);
  }

  async #whenOver(): Promise<void> {
    await this.#exchanges.whenEmpty();
    if (this.#ownAgent?.destroyed === false) await this.#ownAgent.close();
  }
}

function unguardedError(): PipeError {
  return new PipeError(
    'ERR_PIPE_ARGUMENT',
    'trailers, expectContinue and the path * need a dispatcher that was made with createAgent',
  );
}
