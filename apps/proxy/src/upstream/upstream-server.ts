import { createClient, type Client, type TunnelResponse } from '@millrace/client';
import type { ServerConfig, UpstreamConfig } from '../config/config-schema.ts';
import { defaultBreaker } from '../config/config-schema.ts';
import type { RequestHead } from '../policy/request-head.ts';
import type { Candidate } from './balancer.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { Health } from './health.ts';
import type { RequestParts } from './request-parts.ts';
import type { BodyPipe } from './route.ts';

/** What is of one attempt to send a request. */
export interface ServerAttempt {
  readonly body: AsyncIterable<Uint8Array> | null;
  readonly signal: AbortSignal;
}

/** One server of an upstream: its connections, and what is known of how it does. */
export class UpstreamServer implements Candidate {
  readonly origin: string;
  readonly weight: number;
  /** `undefined` where nothing keeps requests from it. */
  readonly breaker: CircuitBreaker | undefined;
  /** `undefined` where nobody checks. */
  readonly health: Health | undefined;
  /** Exchanges under way. */
  open = 0;
  readonly #url: URL;
  /** Host and port, as in `Host`. */
  readonly #host: string;
  readonly #config: UpstreamConfig;
  readonly #authorities: readonly string[] | undefined;
  /** One for each kind of pipe that its answers go through: a handful, so that they are looked through. */
  readonly #clients: { readonly pipe: BodyPipe; readonly client: Client }[] = [];

  /** @param authorities As in `UpstreamOptions`. */
  constructor(
    { url, weight }: ServerConfig,
    config: UpstreamConfig,
    authorities: readonly string[] | undefined,
  ) {
    this.origin = url.origin;
    this.weight = weight;
    this.#url = url;
    this.#host = url.host;
    this.#config = config;
    this.#authorities = authorities;
    const breaker = config.breaker ?? (config.servers.length > 1 ? defaultBreaker : undefined);
    this.breaker = breaker === undefined ? undefined : new CircuitBreaker(breaker);
    this.health = config.healthCheck === undefined ? undefined : new Health(config.healthCheck);
  }

  /** @param now Milliseconds that never go back. */
  isAvailable(now: () => number): boolean {
    const { health, breaker } = this;
    return health?.isHealthy !== false && (breaker === undefined || breaker.isPassable(now()));
  }

  /** Sends a request and waits for the headers of the answer. Rejects with what went wrong, as it is. */
  request(
    head: RequestHead,
    parts: Omit<RequestParts, 'body' | 'signal'>,
    { body, signal }: ServerAttempt,
    pipe: BodyPipe,
  ): Promise<TunnelResponse> {
    const { method, path } = head;
    const { trailers, acceptTrailers, expectContinue, upgrade, onInformation, onPaused } = parts;
    const client = this.#clientFor(pipe);
    const headers = ['host', head.host ?? this.#host, ...head.headers];
    if (upgrade !== undefined) {
      return client.upgrade(this.#url, {
        protocol: upgrade,
        path,
        headers,
        signal,
        onInformation,
        onPaused,
      });
    }
    return client.request(this.#url, {
      method,
      path,
      headers,
      body,
      ...(trailers === undefined ? undefined : { trailers }),
      acceptTrailers,
      expectContinue,
      signal,
      onInformation,
      onPaused,
    });
  }

  /** Asks for `path`, and says whether the answer is a good one. Never rejects. */
  async check(path: string, timeoutMs: number, pipe: BodyPipe): Promise<boolean> {
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const { status, content } = await this.#clientFor(pipe).request(this.origin, { path, signal });
      await content.read({ maxBytes: 1024 * 1024 });
      return status >= 200 && status < 400;
    } catch {
      return false;
    }
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    await Promise.all(this.#clients.map(({ client }) => client.close()));
  }

  /** Breaks off what is under way. */
  async destroy(reason: unknown): Promise<void> {
    await Promise.all(this.#clients.map(({ client }) => client.destroy(reason)));
  }

  #clientFor(pipe: BodyPipe): Client {
    const known = this.#clients.find((entry) => isSame(entry.pipe, pipe));
    if (known !== undefined) return known.client;
    const { strategy, highWaterMark, lowWaterMark } = pipe;
    const { connections, keepAliveMs, connectTimeoutMs, headersTimeoutMs, idleTimeoutMs, http2, tls } =
      this.#config;
    const client = createClient({
      strategy,
      pipe: { highWaterMark, lowWaterMark },
      headersTimeoutMs,
      bodyTimeoutMs: idleTimeoutMs,
      // How long a client may take nothing is for the limits of the route to say.
      readerTimeoutMs: 0,
      agent: {
        connections: connections ?? null,
        keepAliveTimeout: keepAliveMs,
        connect: {
          timeout: connectTimeoutMs,
          ...(this.#authorities === undefined ? undefined : { ca: [...this.#authorities] }),
          ...(tls?.serverName === undefined ? undefined : { servername: tls.serverName }),
        },
        allowH2: http2,
      },
    });
    this.#clients.push({ pipe, client });
    return client;
  }
}

function isSame(a: BodyPipe, b: BodyPipe): boolean {
  return (
    a.strategy === b.strategy && a.highWaterMark === b.highWaterMark && a.lowWaterMark === b.lowWaterMark
  );
}
