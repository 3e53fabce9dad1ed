import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { BodyLedger } from '../watch/body-ledger.ts';
import type { ListenAddress } from '../config/config.ts';
import { Connections } from './connections.ts';
import { Relay } from '../relay/relay.ts';
import type { ExchangeOutcome } from '../relay/exchange-outcome.ts';
import { asksForTunnel, responseOn } from './handed-over.ts';
import { Http1Downstream, type Http1Facts } from './http1-downstream.ts';
import type { Routing } from '../upstream/route.ts';

export interface ProxyOptions {
  readonly listen: ListenAddress;
  readonly routing: Routing;
  readonly ledger: BodyLedger;
  /** Told how each exchange went, when all of it is over. */
  readonly onExchange?: (outcome: ExchangeOutcome) => void;
}

/** A proxy that listens. */
export class ProxyServer {
  readonly url: string;
  readonly #server: Server;
  readonly #connections: Connections;
  readonly #relay: Relay;

  private constructor(server: Server, { routing, ledger, onExchange }: ProxyOptions) {
    const { address, family, port } = server.address() as AddressInfo;
    this.url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
    this.#server = server;
    this.#connections = new Connections(server);
    this.#relay = new Relay({ routing, ledger, onExchange });
    this.#serveHttp1(server);
  }

  #serveHttp1(server: Server): void {
    const serve = (message: IncomingMessage, response: ServerResponse, facts?: Http1Facts): void => {
      if (!this.#connections.begin(message, response)) return;
      void this.#relay.handle(new Http1Downstream(message, response, facts));
    };
    server.on('request', (message, response) => {
      // Node's parser stops behind a request that asks for an upgrade, and what it had read ahead is lost.
      if (message.headers.upgrade !== undefined) response.shouldKeepAlive = false;
      serve(message, response);
    });
    server.on('checkContinue', (message, response) => serve(message, response, { expectsContinue: true }));
    server.on('upgrade', (message, socket: Socket, handedOver) => {
      serve(message, responseOn(socket, message), { handedOver });
    });
    server.on('connect', (message, socket: Socket) => {
      serve(message, responseOn(socket, message));
    });
  }

  /** Rejects with the system's error when it cannot listen there. */
  static async start(options: ProxyOptions): Promise<ProxyServer> {
    // A long upload is no attack. The time for the headers of a request stays limited, by Node's default.
    const server = createServer({ requestTimeout: 0, shouldUpgradeCallback: asksForTunnel });
    const { host, port } = options.listen;
    server.listen({ host, port });
    await once(server, 'listening');
    return new ProxyServer(server, options);
  }

  /**
   * Stops listening, lets what is under way finish, and breaks off what has not after `timeoutMs`.
   *
   * @returns How many exchanges were broken off.
   */
  async drain(timeoutMs: number): Promise<number> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#connections.drain();
    let cutOff = 0;
    const deadline = setTimeout(() => {
      cutOff = this.#connections.exchanges;
      this.#relay.breakOff(new Error(`The proxy has stopped, ${timeoutMs} ms after it was told to`));
      this.#server.closeAllConnections();
    }, timeoutMs);
    await closed;
    clearTimeout(deadline);
    return cutOff;
  }
}
