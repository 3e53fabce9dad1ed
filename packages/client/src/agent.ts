import { Agent, Pool, type Dispatcher } from 'undici';
import { needsMoreThanUndici, type AgentDispatchOptions } from './agent-dispatch-options.ts';
import { connectorOf, fixedServerName, plainConnectorOf, type Connect } from './connector.ts';
import { GuardedClient } from './guarded-client.ts';
import { isHttp2 } from './http2-session.ts';
import { flatHeadersOf, type RequestHeaders } from './request-headers.ts';
import { SingleExchange } from './single-exchange.ts';

/**
 * What undici's `Agent` takes: pool sizes, `connect` with TLS settings and its timeout, keep-alive times… With a
 * `connect.servername`, that is the name in TLS and in the certificate, whatever Host a request has.
 */
export type AgentOptions = Omit<Agent.Options, 'factory'>;

/**
 * An undici `Agent` that reports a body cut off by a reset as an error, where undici alone reports a clean end, and that
 * can send trailers and wait for `100 Continue`. A client makes its own; make one to share it between clients or to
 * compose interceptors on it.
 *
 * HTTP/1.1 only unless `allowH2` is set. Whoever makes an agent closes it.
 */
export function createAgent(options: AgentOptions = {}): Agent {
  return new GuardedAgent(options);
}

/** Whether a dispatcher is an agent of this package, or composed on one: others drop trailers without a word. */
export function isGuarded(dispatcher: Dispatcher): boolean {
  return Reflect.get(dispatcher, guarded) === true;
}

/** The same for every copy of this package. A property, since it has to be seen through what `compose` returns. */
const guarded = Symbol.for('@millrace/client guarded agent');

class GuardedAgent extends Agent {
  readonly [guarded] = true;
  readonly #connect: Connect;
  readonly #serverName: string | undefined;
  readonly #usesCleartextHttp2: boolean;
  /** Origins whose last connection spoke HTTP/2. */
  readonly #http2Origins = new Set<string>();

  constructor(options: AgentOptions) {
    const usesCleartextHttp2 = options.h2Options?.useH2c === true;
    const plainConnector = plainConnectorOf(options);
    super({
      allowH2: false,
      connectionWindowSize: connectionWindowFor(options),
      ...options,
      // The pool makes the connector, and looks for this where its types do not have it.
      ...(usesCleartextHttp2 ? { useH2c: true, allowH2: true } : undefined),
      factory: (origin, poolOptions) =>
        new Pool(origin, {
          ...(poolOptions as Pool.Options),
          factory: (poolOrigin, clientOptions) =>
            new GuardedClient(poolOrigin, clientOptions, plainConnector),
        }),
    });
    this.#connect = connectorOf(options);
    this.#serverName = fixedServerName(options);
    this.#usesCleartextHttp2 = usesCleartextHttp2;
    this.on('connect', ({ origin }, targets) => {
      const client = targets.at(-1);
      if (client instanceof GuardedClient && client.speaksHttp2) this.#http2Origins.add(origin);
    });
    this.on('disconnect', ({ origin }) => this.#http2Origins.delete(origin));
  }

  override dispatch(options: AgentDispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    if (!needsMoreThanUndici(options) || this.closed || this.destroyed) {
      return this.#dispatchByUndici(options, handler);
    }
    const origin = new URL(String(options.origin));
    if (this.#speaksHttp2(origin)) return this.#dispatchByUndici(options, handler);
    const exchange = new SingleExchange(options, handler);
    this.#connect(origin, hostOf(options), (error, socket) => {
      if (error !== null) {
        exchange.fail(error);
      } else if (isHttp2(socket)) {
        // No more than a look at what the server speaks; its pool has a connection, or makes one.
        socket.destroy();
        this.#http2Origins.add(origin.origin);
        this.#dispatchByUndici(options, handler);
      } else {
        exchange.start(socket);
      }
    });
    return true;
  }

  /** undici takes the name from the Host that a request is given, unless it is told one. */
  #dispatchByUndici(options: AgentDispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const servername = this.#serverName;
    return super.dispatch(servername === undefined ? options : { ...options, servername }, handler);
  }

  #speaksHttp2({ protocol, origin }: URL): boolean {
    return this.#http2Origins.has(origin) || (this.#usesCleartextHttp2 && protocol === 'http:');
  }
}

/** What undici allows a stream to send ahead, and how many streams to be open, unless it is told otherwise. */
const STREAM_WINDOW_BYTES = 262_144;
const MOST_STREAMS = 100;
/** RFC 9113 §6.9.1. */
const LARGEST_WINDOW_BYTES = 2 ** 31 - 1;

/**
 * What all streams of a connection may send ahead: as much as they may one by one. So much is held for each as it is, since
 * Node gives a connection's window back as bytes come, and a stream's as they are read.
 *
 * undici's own is that of two streams. Where a server on Node finds it used up at the end of a body, and has not read the request,
 * it resets the stream with `NO_ERROR` in place of the last frame: of 20 bodies at once, 17.
 */
function connectionWindowFor(options: AgentOptions): number {
  const { initialWindowSize = STREAM_WINDOW_BYTES, h2Options } = options;
  const streams = h2Options?.maxConcurrentStreams ?? options.maxConcurrentStreams ?? MOST_STREAMS;
  return Math.min(streams * initialWindowSize, LARGEST_WINDOW_BYTES);
}

/** The Host header that a request is sent with, when it has one of its own. */
function hostOf({ headers }: AgentDispatchOptions): string | undefined {
  const flat = flatHeadersOf(headers as RequestHeaders);
  const at = flat.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'host');
  return at < 0 ? undefined : flat[at + 1];
}
