import { Agent, Client, Pool, type buildConnector, type Dispatcher } from 'undici';
import { ResetGuard, type Connection } from './reset-guard.ts';

/** What undici's `Agent` takes: pool sizes, `connect` with TLS settings and its timeout, keep-alive times… */
export type AgentOptions = Omit<Agent.Options, 'factory'>;

/**
 * An undici `Agent` that reports a close-delimited body cut by a reset as an error, where undici alone reports
 * a clean end. A client makes its own; make one to share it between clients or to compose interceptors on it.
 *
 * HTTP/1.1 only unless `allowH2` is set. Whoever makes an agent closes it.
 */
export function createAgent(options: AgentOptions = {}): Agent {
  return new Agent({
    allowH2: false,
    ...options,
    factory: (origin, poolOptions) =>
      new Pool(origin, {
        ...(poolOptions as Pool.Options),
        factory: (poolOrigin, clientOptions) => new GuardedClient(poolOrigin, clientOptions),
      }),
  });
}

/** An undici `Client`, which is one connection at a time, that knows its socket and guards every response on it. */
class GuardedClient extends Client {
  readonly #connection: Connection;

  constructor(origin: URL, options: Client.Options) {
    const connection: Connection = { socket: undefined };
    super(origin, { ...options, connect: noting(connection, options.connect) });
    this.#connection = connection;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    return super.dispatch(options, new ResetGuard(handler, options.method, this.#connection));
  }
}

/** The pool's connector, which notes the socket it made. A pool has built one out of any options by then. */
function noting(connection: Connection, connect: Client.Options['connect']): buildConnector.connector {
  if (typeof connect !== 'function') throw new TypeError('the pool has no connector');
  return (options, callback) => {
    connect(options, (...result) => {
      connection.socket = result[1] ?? undefined;
      callback(...result);
    });
  };
}
