import type { SecureContextOptions } from 'node:tls';
import type { Registry } from 'prom-client';
import type { ListenAddress } from '../config/listen-address.ts';
import type { ProxyConfig } from '../config/config.ts';
import { ProxyServer } from '../listener/proxy-server.ts';
import { MemoryBudget } from '../limits/memory-budget.ts';
import { Refusal } from '../policy/refusal.ts';
import type { ExchangeOutcome } from '../relay/exchange-outcome.ts';
import type { Route, Routing } from '../upstream/route.ts';
import type { AdminSubject } from '../watch/admin-server.ts';
import { BodyLedger } from '../watch/body-ledger.ts';
import { Metrics } from '../watch/metrics.ts';
import { proxySnapshot, type ProxySnapshot } from '../watch/proxy-snapshot.ts';
import { sameListener } from './needs-restart.ts';
import { RouteSet } from './route-set.ts';
import { loadCertificates } from './tls-files.ts';

/**
 * Everything of a proxy that runs in one process: its listeners, the routes behind them, and what is counted.
 *
 * A reload puts other routes in place of these. An exchange keeps the route it began with, and the upstreams of the
 * old ones are closed when their last exchange is over.
 */
export class ProxyProcess implements Routing, AdminSubject {
  readonly ledger = new BodyLedger();
  readonly budget: MemoryBudget;
  readonly #metrics: Metrics;
  readonly #onExchange: (outcome: ExchangeOutcome) => void;
  #isDraining = false;
  #config: ProxyConfig;
  #routes: RouteSet;
  /** Those that were replaced and still carry exchanges. */
  readonly #retired = new Set<RouteSet>();
  readonly #servers: ProxyServer[] = [];

  private constructor(
    config: ProxyConfig,
    routes: RouteSet,
    budget: MemoryBudget,
    onExchange: (outcome: ExchangeOutcome) => void,
  ) {
    this.#config = config;
    this.#routes = routes;
    this.budget = budget;
    this.#metrics = new Metrics({
      ledger: () => this.ledger.snapshot(),
      budget,
      exchanges: () => this.exchanges,
      servers: () =>
        this.#routes.upstreams.flatMap(({ name, states }) =>
          states.map((state) => ({ upstream: name, state })),
        ),
    });
    this.#onExchange = (outcome) => {
      this.#metrics.observe(outcome);
      onExchange(outcome);
    };
  }

  /**
   * @param onExchange Told how each exchange went.
   * @throws ConfigError For strategies and certificates that cannot be had, and the system's error when it cannot
   *   listen.
   */
  static async start(
    config: ProxyConfig,
    onExchange: (outcome: ExchangeOutcome) => void = () => {},
  ): Promise<ProxyProcess> {
    const budget = new MemoryBudget(config.limits.memoryBytes);
    const certificates = await loadCertificates(config.listen, config);
    const proxy = new ProxyProcess(config, await RouteSet.create(config, budget), budget, onExchange);
    for (const [at, listener] of config.listen.entries()) {
      const tls = certificates[at];
      const start = (listen: ListenAddress): Promise<ProxyServer> => proxy.#serve(listen, tls);
      proxy.#servers.push(await listening('--listen', listener.address, start));
    }
    return proxy;
  }

  get urls(): string[] {
    return this.#servers.map(({ url }) => url);
  }

  /** Exchanges under way. */
  get exchanges(): number {
    return this.#servers.reduce((sum, { exchanges }) => sum + exchanges, 0);
  }

  get routes(): RouteSet {
    return this.#routes;
  }

  routeFor(authority: string | undefined, path: string): Route {
    this.#checkRoom();
    return this.#routes.routeFor(authority, path);
  }

  tunnelTo(target: string): Route {
    this.#checkRoom();
    return this.#routes.tunnelTo(target);
  }

  #checkRoom(): void {
    const { exchanges: most = Infinity } = this.#config.limits;
    if (this.exchanges > most) {
      throw new Refusal(503, `The proxy is busy with ${most} requests, as many as it may.`, {
        retryAfterS: 1,
      });
    }
  }

  get registry(): Registry {
    return this.#metrics.registry;
  }

  metrics(): Promise<string> {
    return this.registry.metrics();
  }

  isReady(): boolean {
    return !this.#isDraining;
  }

  async switchStrategy(name: string): Promise<void> {
    await this.#routes.switchStrategy(name);
  }

  snapshot(): ProxySnapshot {
    const { defaultRoute, strategies } = this.#routes;
    return proxySnapshot(defaultRoute, strategies, this.ledger.snapshot());
  }

  /**
   * New requests go where `config` says, new connections get the certificates that are there now, and those under way
   * go on as they began. Where it listens stays as it is.
   *
   * @throws ConfigError For strategies and certificates that cannot be had; then everything stays as it is.
   */
  async reload(config: ProxyConfig): Promise<void> {
    const { listen } = this.#config;
    const described = listen.map((listener, at) => {
      const next = sameListener(listener, at, config);
      return next?.tls === undefined ? listener : next;
    });
    const certificates = await loadCertificates(described, config);
    const routes = await RouteSet.create(config, this.budget);
    for (const [at, { tls }] of listen.entries()) {
      const certificate = certificates[at];
      if (tls !== undefined && certificate !== undefined) this.#servers[at]?.setCertificate(certificate);
    }
    const old = this.#routes;
    this.#routes = routes;
    this.#config = { ...config, listen };
    this.budget.budgetBytes = config.limits.memoryBytes;
    this.#retired.add(old);
    void old.close().then(() => this.#retired.delete(old));
  }

  /**
   * Stops listening, lets what is under way finish, and breaks off what has not after `timeoutMs`.
   *
   * @returns How many exchanges were broken off.
   */
  async drain(timeoutMs: number): Promise<number> {
    this.#isDraining = true;
    const cutOff = await Promise.all(this.#servers.map((server) => server.drain(timeoutMs)));
    const reason = new Error('The proxy has stopped');
    await Promise.all([this.#routes, ...this.#retired].map((routes) => routes.destroy(reason)));
    return cutOff.reduce((sum, count) => sum + count, 0);
  }

  /**
   * Breaks off what is under way, at once, for a process that is about to exit: what the system closes then, it closes in good
   * order, and an answer or a tunnel that ends with its connection would look whole.
   */
  breakOff(reason: unknown): void {
    for (const server of this.#servers) server.breakOff(reason);
    for (const routes of [this.#routes, ...this.#retired]) void routes.destroy(reason);
  }

  #serve(listen: ListenAddress, tls: SecureContextOptions | undefined): Promise<ProxyServer> {
    const { headerBytes, headersTimeoutMs } = this.#config.limits;
    return ProxyServer.start({
      listen,
      routing: this,
      ledger: this.ledger,
      maxHeaderBytes: headerBytes,
      headersTimeoutMs,
      onExchange: this.#onExchange,
      ...(tls === undefined ? undefined : { tls }),
    });
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
      ENOTFOUND: 'has a host that nobody knows',
      EAI_AGAIN: 'has a host that cannot be looked up',
    }[(reason as NodeJS.ErrnoException).code ?? ''];
    if (why === undefined) throw reason;
    throw new Error(`${host}:${port} ${why}; choose another address with ${flag} HOST:PORT.`, {
      cause: reason,
    });
  }
}
