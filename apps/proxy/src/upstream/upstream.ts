import type { TunnelResponse } from '@millrace/client';
import type { UpstreamConfig } from '../config/config-schema.ts';
import type { MemoryBudget } from '../limits/memory-budget.ts';
import { Roster, type Rostered } from '../roster.ts';
import { Refusal } from '../policy/refusal.ts';
import type { RequestHead } from '../policy/request-head.ts';
import { Balancer } from './balancer.ts';
import type { BreakerPass, RequestVerdict } from './circuit-breaker.ts';
import { isIdempotent, mayRetry, type FailedAttempt } from './may-retry.ts';
import { ReplayableBody } from './replayable-body.ts';
import type { RequestParts } from './request-parts.ts';
import type { BodyPipe } from './route.ts';
import { totalTimeout, type TotalTimeout } from './total-timeout.ts';
import { upstreamFailure, type UpstreamFailure } from './upstream-failure.ts';
import { UpstreamServer, type ServerAttempt } from './upstream-server.ts';

export interface UpstreamOptions {
  readonly name: string;
  readonly config: UpstreamConfig;
  /** Certificates in PEM that those of https servers must lead to. Left out: those that Node trusts. */
  readonly authorities?: readonly string[] | undefined;
  /** What bodies are held out of that may be sent again. */
  readonly budget?: MemoryBudget;
  /** Milliseconds that never go back. */
  readonly now?: () => number;
}

/** How one server does, for the live page and the metrics. */
export interface ServerState {
  readonly origin: string;
  readonly open: number;
  readonly isHealthy: boolean;
  readonly breaker: 'closed' | 'open' | 'trying';
}

/**
 * The servers behind the proxy that answer the same requests.
 *
 *     request ─▶ choose a server ─▶ send ─▶ answer
 *                     ▲               │
 *                     └── may retry ──┘ no answer
 */
export class Upstream {
  readonly name: string;
  readonly servers: readonly UpstreamServer[];
  readonly #config: UpstreamConfig;
  readonly #balancer: Balancer<UpstreamServer>;
  readonly #budget: MemoryBudget | undefined;
  readonly #now: () => number;
  readonly #checking = new Set<NodeJS.Timeout>();
  readonly #attempts = new Roster<Attempt>();

  constructor({ name, config, authorities, budget, now = () => performance.now() }: UpstreamOptions) {
    this.name = name;
    this.#config = config;
    this.#budget = budget;
    this.#balancer = new Balancer(config.balance);
    this.#now = now;
    this.servers = config.servers.map((server) => new UpstreamServer(server, config, authorities));
  }

  get origins(): string[] {
    return this.servers.map(({ origin }) => origin);
  }

  get states(): ServerState[] {
    return this.servers.map(({ origin, open, health, breaker }) => ({
      origin,
      open,
      isHealthy: health?.isHealthy !== false,
      breaker: breaker?.state ?? 'closed',
    }));
  }

  /**
   * Sends a request on and waits for the headers of the answer. Rejects with the reason of `signal` or of the body,
   * and with a `Refusal` when no server answers.
   */
  async request(head: RequestHead, parts: RequestParts, pipe: BodyPipe): Promise<TunnelResponse> {
    const body = this.#replayable(head, parts);
    /** A handful at most. */
    const tried: UpstreamServer[] = [];
    const limit = this.#limit(tried, parts, body);
    let wasSentBefore = false;
    try {
      for (;;) {
        const server = this.#choose(tried);
        tried.push(server);
        parts.onServer?.(server.origin);
        const attempt = this.#begin(server, limit, body);
        try {
          const answer = await server.request(head, limit.parts, attempt, pipe);
          this.#answered(attempt, answer);
          body?.answered();
          return answer;
        } catch (reason) {
          const { kind, refusal } = this.#failed(attempt, reason, parts, body);
          const failure = kind === 'slow' || kind === 'request' ? 'other' : kind;
          const isReplayable = body?.isReplayable !== false;
          const retries = tried.length - 1;
          const facts = { method: head.method, isReplayable, failure, retries, wasSentBefore } as const;
          if (!mayRetry(facts, this.#config.retries) || !this.#hasAnother(tried, failure)) throw refusal;
          wasSentBefore ||= failure === 'reset';
        }
      }
    } catch (reason) {
      limit.clear();
      body?.giveUp();
      throw reason;
    }
  }

  #limit(tried: readonly UpstreamServer[], parts: RequestParts, body: ReplayableBody | null): TotalTimeout {
    const { totalTimeoutMs } = this.#config;
    return totalTimeout(totalTimeoutMs, parts, (isPaused) =>
      isPaused || body?.isAwaited === true
        ? new Refusal(
            408,
            `The client let the upstream wait: it took longer than ${totalTimeoutMs} ms in all.`,
          )
        : new Refusal(
            504,
            `The upstream ${tried.at(-1)?.origin} took longer than ${totalTimeoutMs} ms in all.`,
          ),
    );
  }

  #replayable({ method }: RequestHead, { body }: RequestParts): ReplayableBody | null {
    if (body === null) return null;
    // Over HTTP/2 a server may refuse to look at any request.
    const mayBeRetried = isIdempotent(method) || this.#config.http2;
    const windowBytes = mayBeRetried ? this.#config.replayWindowBytes : 0;
    return new ReplayableBody(body, { windowBytes, budget: this.#budget });
  }

  /** Begins to check the servers' health, if that is configured. */
  startChecks(pipe: BodyPipe): void {
    const { healthCheck } = this.#config;
    if (healthCheck === undefined) return;
    const { path, intervalMs, timeoutMs } = healthCheck;
    for (const server of this.servers) {
      const check = async (): Promise<void> => {
        server.health?.note(await server.check(path, timeoutMs, pipe));
      };
      void check();
      this.#checking.add(setInterval(() => void check(), intervalMs).unref());
    }
  }

  /** Takes no more requests, and waits for those under way. */
  async close(): Promise<void> {
    this.#stopChecks();
    await this.#attempts.whenEmpty();
    await Promise.all(this.servers.map((server) => server.close()));
  }

  /** Breaks off what is under way. */
  async destroy(reason: unknown): Promise<void> {
    this.#stopChecks();
    await Promise.all(this.servers.map((server) => server.destroy(reason)));
  }

  #stopChecks(): void {
    for (const timer of this.#checking) clearInterval(timer);
    this.#checking.clear();
  }

  /** One that was not tried yet before one that was. */
  #choose(tried: readonly UpstreamServer[]): UpstreamServer {
    const available = this.servers.filter((server) => server.isAvailable(this.#now));
    const fresh = tried.length === 0 ? available : available.filter((server) => !tried.includes(server));
    const chosen = this.#balancer.choose(fresh.length > 0 ? fresh : available);
    if (chosen !== undefined) return chosen;
    const waitMs = Math.min(...this.servers.map(({ breaker }) => breaker?.waitMs(this.#now()) ?? 0));
    throw new Refusal(
      503,
      `No server of the upstream ${JSON.stringify(this.name)} is fit for requests just now.`,
      { retryAfterS: Math.max(1, Math.ceil(waitMs / 1000)) },
    );
  }

  /** A server that refuses connections is not asked again at once; one that closed or left a kept connection may be. */
  #hasAnother(tried: readonly UpstreamServer[], failure: FailedAttempt['failure']): boolean {
    return this.servers.some(
      (server) => server.isAvailable(this.#now) && (failure !== 'connect' || !tried.includes(server)),
    );
  }

  #begin(server: UpstreamServer, limit: TotalTimeout, body: ReplayableBody | null): Attempt {
    const attempt: Attempt = {
      server,
      pass: server.breaker?.begin(),
      limit,
      body: body?.attempt() ?? null,
      signal: limit.parts.signal,
      rosterIndex: 0,
    };
    server.open += 1;
    this.#attempts.add(attempt);
    return attempt;
  }

  #answered(attempt: Attempt, { content, tunnel }: TunnelResponse): void {
    this.#judge(attempt, 'answered');
    void (content ?? tunnel).closed.then(() => {
      attempt.limit.clear();
      this.#over(attempt);
    });
  }

  /**
   * Ends an attempt, and says why it failed, where another server may do better.
   *
   * @throws The reason, where none would: the client has left, its body broke off, or the time for all of it is over.
   */
  #failed(
    attempt: Attempt,
    reason: unknown,
    { signal }: RequestParts,
    body: ReplayableBody | null,
  ): UpstreamFailure {
    const { server, limit } = attempt;
    this.#over(attempt);
    if (limit.fired !== undefined) {
      this.#judge(attempt, limit.fired.side === 'client' ? 'unknown' : 'failed');
      throw limit.fired;
    }
    if (signal.aborted || body?.hasFailedWith(reason) === true) {
      this.#judge(attempt, 'unknown');
      throw signal.aborted ? signal.reason : reason;
    }
    const failure = upstreamFailure(reason, server.origin);
    // A server that is told to go refuses all that crosses with its saying so, and is none that fails.
    const isNoFault = failure.kind === 'request' || failure.kind === 'refused';
    this.#judge(attempt, isNoFault ? 'unknown' : 'failed');
    return failure;
  }

  #judge({ server, pass }: Attempt, verdict: RequestVerdict): void {
    if (pass !== undefined) server.breaker?.end(pass, verdict, this.#now());
  }

  #over(attempt: Attempt): void {
    attempt.server.open -= 1;
    this.#attempts.delete(attempt);
  }
}

/** A request under way to one server. */
interface Attempt extends ServerAttempt, Rostered {
  readonly server: UpstreamServer;
  readonly pass: BreakerPass | undefined;
  readonly limit: TotalTimeout;
}
