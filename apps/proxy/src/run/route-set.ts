import type { BufferStrategy } from '@millrace/core';
import type { PipeConfig, ProxyConfig, RouteConfig } from '../config/config.ts';
import { budgeted } from '../limits/budgeted-strategy.ts';
import type { ClientLimits } from '../limits/client-limits.ts';
import type { MemoryBudget } from '../limits/memory-budget.ts';
import { HeaderPolicy } from '../policy/header-policy.ts';
import { Refusal } from '../policy/refusal.ts';
import { ConnectUpstream } from '../upstream/connect-upstream.ts';
import type { BodyPipe, Route, Routing } from '../upstream/route.ts';
import { RouteTable } from '../upstream/route-table.ts';
import { Upstream } from '../upstream/upstream.ts';
import { loadStrategies } from './load-strategies.ts';
import { loadAuthorities } from './tls-files.ts';

/** Everything that one configuration says about where requests go: upstreams, strategies, and the routes to them. */
export class RouteSet implements Routing {
  readonly upstreams: readonly Upstream[];
  readonly #config: ProxyConfig;
  readonly #budget: MemoryBudget;
  /** By the strategy itself and the high-water mark, so that pools of connections are shared: names are not unique. */
  readonly #budgeted = new Map<BufferStrategy, Map<number, BufferStrategy>>();
  readonly #upstreamOf: ReadonlyMap<string, Upstream>;
  readonly #strategies: Map<string, BufferStrategy>;
  readonly #tunnels: ConnectUpstream | undefined;
  #table: RouteTable;
  /** What CONNECT goes through. */
  #tunnelPipe: BodyPipe;

  private constructor(
    config: ProxyConfig,
    strategies: Map<string, BufferStrategy>,
    authorities: ReadonlyMap<string, readonly string[]>,
    budget: MemoryBudget,
  ) {
    this.#config = config;
    this.#budget = budget;
    this.#strategies = strategies;
    this.#upstreamOf = new Map(
      Array.from(config.upstreams, ([name, upstream]) => [
        name,
        new Upstream({ name, config: upstream, budget, authorities: authorities.get(name) }),
      ]),
    );
    this.upstreams = [...this.#upstreamOf.values()];
    this.#tunnels = config.connect === undefined ? undefined : new ConnectUpstream(config.connect);
    this.#table = this.#tableOf(undefined);
    this.#tunnelPipe = this.#pipeOf(config, undefined);
    for (const upstream of this.upstreams) upstream.startChecks(this.defaultRoute);
  }

  /** @throws ConfigError For strategies and certificates of authorities that cannot be had. */
  static async create(config: ProxyConfig, budget: MemoryBudget): Promise<RouteSet> {
    const strategies = await loadStrategies([config, ...config.routes], config.baseDirectory);
    return new RouteSet(config, strategies, await loadAuthorities(config), budget);
  }

  /** The route of least precedence, which most requests take where there is only one. */
  get defaultRoute(): Route {
    return this.#table.last;
  }

  /** Those that are loaded, by what they were asked for with. */
  get strategies(): string[] {
    return [...this.#strategies.keys()];
  }

  routeFor(authority: string | undefined, path: string): Route {
    return this.#table.routeFor(authority, path);
  }

  tunnelTo(target: string): Route {
    const upstream = this.#tunnels;
    if (upstream === undefined) throw new Refusal(501, 'The proxy makes no tunnels for CONNECT.');
    if (!upstream.leadsTo(target)) {
      throw new Refusal(403, `The proxy makes no tunnels to ${JSON.stringify(target)}.`);
    }
    return { ...this.#tunnelPipe, upstream, limits: this.#limits };
  }

  /**
   * Sends the bodies of all new requests through another strategy, whatever their routes are configured for.
   *
   * @throws ConfigError When it cannot be had.
   */
  async switchStrategy(name: string): Promise<void> {
    const named = [{ strategy: name, strategyPlace: 'strategy' }];
    const loaded = await loadStrategies(named, this.#config.baseDirectory);
    for (const [key, strategy] of loaded) this.#strategies.set(key, strategy);
    this.#table = this.#tableOf(loaded.get(name));
    this.#tunnelPipe = this.#pipeOf(this.#config, loaded.get(name));
  }

  /** For when no new requests come: waits for those under way. */
  async close(): Promise<void> {
    await Promise.all([this.#tunnels?.close(), ...this.upstreams.map((upstream) => upstream.close())]);
  }

  /** Breaks off what is under way. */
  async destroy(reason: unknown): Promise<void> {
    this.#tunnels?.destroy(reason);
    await Promise.all(this.upstreams.map((upstream) => upstream.destroy(reason)));
  }

  /** @param instead The strategy of all routes, whatever they are configured for. */
  #tableOf(instead: BufferStrategy | undefined): RouteTable {
    const entries = this.#config.routes.map((config) => ({
      host: config.host,
      path: config.path,
      route: {
        ...this.#pipeOf(config, instead),
        upstream: this.#upstreamOf.get(config.upstream) as Upstream,
        headers: this.#headersOf(config),
        limits: this.#limits,
      },
    }));
    return new RouteTable(entries);
  }

  #pipeOf(config: PipeConfig, instead: BufferStrategy | undefined): BodyPipe {
    const { highWaterMark, lowWaterMark } = config;
    const strategy = instead ?? this.#strategies.get(config.strategy);
    if (strategy === undefined) throw new TypeError(`The strategy ${config.strategy} was not loaded.`);
    const byMark = this.#budgeted.get(strategy) ?? new Map<number, BufferStrategy>();
    const onBudget = byMark.get(highWaterMark) ?? budgeted(strategy, highWaterMark, this.#budget);
    this.#budgeted.set(strategy, byMark.set(highWaterMark, onBudget));
    return { strategy: onBudget, highWaterMark, lowWaterMark };
  }

  get #limits(): ClientLimits {
    const { bodyBytes, ...limits } = this.#config.limits;
    return { ...limits, maxRequestBytes: bodyBytes };
  }

  #headersOf({ keepsHost }: RouteConfig): HeaderPolicy {
    const { forwarding, trustedPeers } = this.#config;
    return new HeaderPolicy({ forwarding, trustedPeers, keepsHost });
  }
}
