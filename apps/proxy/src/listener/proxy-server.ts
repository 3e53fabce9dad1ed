import { once } from 'node:events';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Server as NetServer, Socket } from 'node:net';
import {
  createServer as createTlsServer,
  type SecureContextOptions,
  type Server as TlsServer,
  type TLSSocket,
} from 'node:tls';
import type { ListenAddress } from '../config/listen-address.ts';
import { Refusal } from '../policy/refusal.ts';
import type { ExchangeOutcome } from '../relay/exchange-outcome.ts';
import { Relay } from '../relay/relay.ts';
import type { Routing } from '../upstream/route.ts';
import type { BodyLedger } from '../watch/body-ledger.ts';
import { Connections } from './connections.ts';
import { asksForTunnel, lastOn, responseOn, takeOver, whenAnswered } from './handed-over.ts';
import { Http1Downstream, type Http1Facts } from './http1-downstream.ts';
import { Http2Sessions } from './http2-sessions.ts';
import {
  bodyRefusal,
  headRefusal,
  unreadRequest,
  versionRefusal,
  type HeadLimits,
  type ParseError,
} from './unread-request.ts';

export interface ProxyOptions {
  readonly listen: ListenAddress;
  readonly routing: Routing;
  readonly ledger: BodyLedger;
  /** Key and certificate: clients come over TLS, and with HTTP/2 where they speak it. Without, over plain HTTP/1. */
  readonly tls?: SecureContextOptions;
  /** Most bytes of the headers of a request; more are refused with 431. Default 16 KiB. */
  readonly maxHeaderBytes?: number;
  /** How long a client may take to send the headers of a request over HTTP/1. Default 60 000. */
  readonly headersTimeoutMs?: number;
  /** How long the handshake of TLS may take. Default 10 000. */
  readonly handshakeTimeoutMs?: number;
  /** Told how each exchange went, when all of it is over. */
  readonly onExchange?: (outcome: ExchangeOutcome) => void;
}

/** How often slow heads are looked for, in parts of the time they may take. */
const LOOKS_PER_TIMEOUT = 4;
/**
 * How much a connection takes in before it wants no more, in each direction. Node's own mark is 64 KiB, and whatever of an
 * answer waits in the connection waits in no pipe: with 1 000 slow clients 50 MiB that nobody limits. Load shows no difference.
 */
const CONNECTION_HIGH_WATER_MARK = 16_384;
/**
 * A request without a body is at its end with its head, and no stream has to find out. Node has it since 24.12, its types do
 * not yet; others pass it over.
 */
const emptyRequestsEndAtOnce: object = { optimizeEmptyRequests: true };

/**
 * A proxy that listens.
 *
 *     plain ──────────────▶ HTTP/1 ─┐
 *     TLS ─▶ http/1.1 ────▶ HTTP/1 ─┼─▶ Downstream ─▶ relay
 *          └▶ h2 ─────────▶ HTTP/2 ─┘
 */
export class ProxyServer {
  readonly url: string;
  /** What listens. */
  readonly #door: NetServer;
  readonly #http1: Server;
  readonly #connections: Connections;
  readonly #http2: Http2Sessions;
  readonly #relay: Relay;
  readonly #headLimits: HeadLimits;
  /** Every connection of TCP, handshakes and tunnels included, by its other end. */
  readonly #sockets = new Map<string, Socket>();

  private constructor(door: NetServer, http1: Server, options: ProxyOptions) {
    const { address, family, port } = door.address() as AddressInfo;
    const scheme = options.tls === undefined ? 'http' : 'https';
    this.url = `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
    this.#door = door;
    this.#http1 = http1;
    this.#connections = new Connections(http1);
    this.#relay = new Relay(options);
    const { maxHeaderBytes = 16_384, headersTimeoutMs = 60_000 } = options;
    this.#headLimits = { maxHeaderBytes, headersTimeoutMs };
    this.#http2 = new Http2Sessions({
      maxHeaderBytes,
      onExchange: (downstream, refusal) => void this.#relay.handle(downstream, refusal),
    });
    door.on('connection', (socket) => {
      const peer = peerOf(socket);
      this.#sockets.set(peer, socket);
      socket.on('close', () => this.#sockets.delete(peer));
    });
    this.#serveHttp1(http1);
    if (door !== http1) this.#serveTls(door as TlsServer);
  }

  /** Rejects with the system's error when it cannot listen there, and with OpenSSL's for a key that does not fit. */
  static async start(options: ProxyOptions): Promise<ProxyServer> {
    const { listen, tls, maxHeaderBytes, headersTimeoutMs = 60_000, handshakeTimeoutMs = 10_000 } = options;
    const http1 = createHttpServer({
      highWaterMark: CONNECTION_HIGH_WATER_MARK,
      // A long upload is no attack.
      requestTimeout: 0,
      ...emptyRequestsEndAtOnce,
      headersTimeout: headersTimeoutMs,
      connectionsCheckingInterval: Math.ceil(headersTimeoutMs / LOOKS_PER_TIMEOUT),
      shouldUpgradeCallback: asksForTunnel,
      // Refused like every other request that is none.
      requireHostHeader: false,
      ...(maxHeaderBytes === undefined ? undefined : { maxHeaderSize: maxHeaderBytes }),
    });
    // Their bytes are limited. Of more than 1 000 lines Node drops the rest (22.19, 24.8), a length among them, and with it the body.
    http1.maxHeadersCount = 0;
    const door =
      tls === undefined
        ? http1
        : createTlsServer({
            ...tls,
            ALPNProtocols: ['h2', 'http/1.1'],
            handshakeTimeout: handshakeTimeoutMs,
          });
    door.listen({ host: listen.host, port: listen.port });
    await once(door, 'listening');
    // Node looks for slow heads from when a server listens, and this one only gets connections handed.
    if (door !== http1) http1.emit('listening');
    return new ProxyServer(door, http1, options);
  }

  /** Exchanges under way. */
  get exchanges(): number {
    return this.#relay.exchanges;
  }

  /**
   * Takes another key and certificate for the connections to come.
   *
   * @throws OpenSSL's error when they do not fit; the ones before stay.
   */
  setCertificate(tls: SecureContextOptions): void {
    (this.#door as TlsServer).setSecureContext(tls);
  }

  #serveHttp1(server: Server): void {
    const serve = (
      message: IncomingMessage,
      response: ServerResponse,
      { refusal, ...facts }: Http1Facts & { readonly refusal?: Refusal } = {},
    ): void => {
      if (!this.#connections.begin(message, response)) return;
      const downstream = new Http1Downstream(message, response, facts);
      void this.#relay.handle(downstream, refusal ?? versionRefusal(message));
    };
    server.on('request', (message, response) => {
      // Node's parser stops behind a request that asks for an upgrade, and what it had read ahead is lost.
      if (message.headers.upgrade !== undefined) response.shouldKeepAlive = false;
      serve(message, response);
    });
    server.on('checkContinue', (message, response) => serve(message, response, { expectsContinue: true }));
    // What else may be expected is refused like every other request.
    server.on('checkExpectation', (message, response) => serve(message, response));
    server.on('upgrade', (message, socket: Socket, behindHead) => {
      takeOver(socket, behindHead, () => {
        const response = responseOn(socket, message);
        if (asksForTunnel(message)) serve(message, response, { isHandedOver: true });
        // Node before 24.9 hands every upgrade over, and what is behind the head has lost its meaning.
        else serve(message, response, { refusal: new Refusal(501, 'Only WebSocket is upgraded to.') });
      });
    });
    server.on('connect', (message, socket: Socket, behindHead) => {
      takeOver(socket, behindHead, () => serve(message, responseOn(socket, message), { isHandedOver: true }));
    });
    server.on('clientError', (cause, socket) => this.#refuseUnread(cause, socket as Socket));
  }

  /** Node reads a connection no further. What it would answer by itself, nobody would hear of. */
  #refuseUnread(cause: ParseError, socket: Socket): void {
    const last = this.#connections.lastAnswer(socket);
    if (last !== undefined && !last.req.complete) {
      // An end where a body goes on is how most clients leave.
      if (cause.code === 'HPE_INVALID_EOF_STATE') socket.destroy(cause);
      else breakBody(last, cause);
      return;
    }
    // A connection on which nothing was asked is closed without a word, as an idle one is.
    if (!socket.writable || socket.bytesRead === 0) {
      socket.destroy(cause);
      return;
    }
    const { message, response } = unreadRequest(socket);
    if (!this.#connections.begin(message, response)) return;
    whenAnswered(socket, () => {
      const downstream = new Http1Downstream(message, lastOn(socket, response));
      void this.#relay.handle(downstream, headRefusal(cause, this.#headLimits));
    });
  }

  #serveTls(server: TlsServer): void {
    // Node says that a handshake takes too long, and leaves the connection open.
    server.on('tlsClientError', (_, socket) => socket.destroy());
    server.on('secureConnection', (socket) => {
      const carrier = this.#sockets.get(peerOf(socket));
      if (carrier !== undefined) makeResettable(socket, carrier);
      if (socket.alpnProtocol === 'h2') this.#http2.accept(socket);
      else this.#http1.emit('connection', socket);
    });
  }

  /** Breaks off what is under way, at once. */
  breakOff(reason: unknown): void {
    this.#relay.breakOff(reason);
  }

  /**
   * Stops listening, lets what is under way finish, and breaks off what has not after `timeoutMs`.
   *
   * @returns How many exchanges were broken off.
   */
  async drain(timeoutMs: number): Promise<number> {
    const closed = once(this.#door, 'close');
    this.#door.close();
    if (this.#door !== this.#http1) this.#http1.close();
    this.#connections.drain();
    this.#http2.drain();
    let cutOff = 0;
    const deadline = setTimeout(() => {
      cutOff = this.#relay.exchanges;
      this.#relay.breakOff(new Error(`The proxy has stopped, ${timeoutMs} ms after it was told to`));
      for (const socket of this.#sockets.values()) socket.destroy();
    }, timeoutMs);
    await closed;
    clearTimeout(deadline);
    // Their connections are closed; how they went is told a little later.
    await this.#relay.whenIdle();
    return cutOff;
  }
}

/** Fails the body that its upstream is being sent, and closes the connection behind the answer. */
function breakBody(answer: ServerResponse, cause: ParseError): void {
  answer.shouldKeepAlive = false;
  // Where nobody listens, nobody wants it any more.
  if (answer.req.listenerCount('error') > 0) answer.req.emit('error', bodyRefusal(cause));
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

/**
 * Lets a reset of a TLS connection be one of the TCP connection below. TLS has a mark of its own for an orderly end,
 * but some clients, Node's among them, take a connection that is closed without it for ended all the same.
 */
function makeResettable(socket: TLSSocket, carrier: Socket): void {
  socket.resetAndDestroy = () => {
    carrier.resetAndDestroy();
    return socket.destroy();
  };
}
