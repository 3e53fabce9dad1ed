import type { ListenAddress } from '../config/listen-address.ts';
import type { ProxyConfig } from '../config/config.ts';
import { ProxyServer } from '../listener/proxy-server.ts';
import type { Route, Routing } from '../upstream/route.ts';
import { BodyLedger } from '../watch/body-ledger.ts';
import { proxySnapshot, type ProxySnapshot } from '../watch/proxy-snapshot.ts';
import { RouteSet } from './route-set.ts';

/**
 * Everything of a proxy that runs in one process: its listeners, the routes behind them, and what is counted.
 *
 * A reload puts other routes in place of these. An exchange keeps the route it began with, and the upstreams of the
 * old ones are closed when their last exchange is over.
 */
export class ProxyProcess implements Routing {
  readonly ledger = new BodyLedger();
  #routes: RouteSet;
  /** Those that were replaced and still carry exchanges. */
  readonly #retired = new Set<RouteSet>();
  readonly #servers: ProxyServer[] = [];

  private constructor(routes: RouteSet) {
    this.#routes = routes;
  }

  /** @throws ConfigError For strategies that cannot be had, and the system's error when it cannot listen. */
  static async start(config: ProxyConfig): Promise<ProxyProcess> {
    const proxy = new ProxyProcess(await RouteSet.create(config));
    for (const { address } of config.listen) {
      proxy.#servers.push(await listening('--listen', address, (listen) => proxy.#serve(listen)));
    }
    return proxy;
  }

  get urls(): string[] {
    return this.#servers.map(({ url }) => url);
  }

  get routes(): RouteSet {
    return this.#routes;
  }

  routeFor(authority: string | undefined, path: string): Route {
    return this.#routes.routeFor(authority, path);
  }

  snapshot(): ProxySnapshot {
    return proxySnapshot(this.#routes.defaultRoute, this.ledger.snapshot());
  }

  /**
   * New requests go where `config` says; those under way go on as they began.
   *
   * @throws ConfigError For strategies that cannot be had; then everything stays as it is.
   */
  async reload(config: ProxyConfig): Promise<void> {
    const old = this.#routes;
    this.#routes = await RouteSet.create(config);
    this.#retired.add(old);
    void old.close().then(() => this.#retired.delete(old));
  }

  /**
   * Stops listening, lets what is under way finish, and breaks off what has not after `timeoutMs`.
   *
   * @returns How many exchanges were broken off.
   */
  async drain(timeoutMs: number): Promise<number> {
    const cutOff = await Promise.all(this.#servers.map((server) => server.drain(timeoutMs)));
    const reason = new Error('The proxy has stopped');
    await Promise.all([this.#routes, ...this.#retired].map((routes) => routes.destroy(reason)));
    this.ledger.stop();
    return cutOff.reduce((sum, count) => sum + count, 0);
  }

  #serve(listen: ListenAddress): Promise<ProxyServer> {
    return ProxyServer.start({ listen, routing: this, ledger: this.ledger });
  }
}

/** Starts what listens at an address, and says in one sentence why it cannot. */
export async function listening<T>(
  flag: string,
  address: ListenAddress,
  start: (address: ListenAddress) => Promise<T>,
): Promise<T> {
  const { host, port } = address;
  try {
    return await start(address);
  } catch (reason) {
    const why = {
      EADDRINUSE: 'is in use',
      EACCES: 'needs more rights',
      EADDRNOTAVAIL: 'is not on this machine',
    }[(reason as NodeJS.ErrnoException).code ?? ''];
    if (why === undefined) throw reason;
    throw new Error(`${host}:${port} ${why}; choose another address with ${flag} HOST:PORT.`, {
      cause: reason,
    });
  }
}
