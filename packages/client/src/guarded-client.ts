import { Client, type buildConnector, type Dispatcher } from 'undici';
import { ConnectionGuard } from './connection-guard.ts';
import { Connection } from './connection.ts';
import type { PlainConnector } from './connector.ts';
import type { AgentDispatchOptions } from './agent-dispatch-options.ts';
import { SocketReads } from './socket-reads.ts';

/** An undici `Client`, which is one connection at a time, that knows that connection and guards every request on it. */
export class GuardedClient extends Client {
  readonly #connection: Connection;

  /** @param plainConnector For connections without TLS; `undefined`: the pool's for all. */
  constructor(origin: URL, options: Client.Options, plainConnector: PlainConnector | undefined) {
    const connection = new Connection();
    const isPlain = origin.protocol === 'http:' && plainConnector !== undefined;
    const connect = isPlain ? readingExactly(connection, plainConnector) : options.connect;
    super(origin, { ...options, connect: noting(connection, connect) });
    this.#connection = connection;
    this.on('connect', () => connection.ready());
  }

  /** Of the connection that it has, or had last. */
  get speaksHttp2(): boolean {
    return this.#connection.isHttp2;
  }

  override dispatch(options: AgentDispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const guard = new ConnectionGuard(handler, options, this.#connection);
    const mayGoOn = super.dispatch(options, guard);
    // For the pool `false` is a client that is busy until it says otherwise; of a request that was not taken on, none ever does.
    return mayGoOn || guard.isRejected;
  }
}

/** TLS reads no more than one record ahead by itself. */
function readingExactly(connection: Connection, plainConnector: PlainConnector): buildConnector.connector {
  return (options, callback) => {
    const reads = new SocketReads();
    plainConnector(reads.onread)(options, (...result) => {
      if (result[0] === null) {
        reads.connected(result[1]);
        connection.reads = reads;
      }
      callback(...result);
    });
  };
}

/** The pool's connector, which notes the socket it made. A pool has built one out of any options by then. */
function noting(connection: Connection, connect: Client.Options['connect']): buildConnector.connector {
  if (typeof connect !== 'function') throw new TypeError('the pool has no connector');
  return (options, callback) => {
    connect(options, (...result) => {
      if (result[0] === null) connection.connected(result[1]);
      callback(...result);
    });
  };
}
