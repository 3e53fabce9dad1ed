import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { MemoryBudget } from '../limits/memory-budget.ts';
import type { ExchangeOutcome } from '../relay/exchange-outcome.ts';
import type { ServerState } from '../upstream/upstream.ts';
import type { LedgerSnapshot } from './body-ledger.ts';

/** What is measured where it is, at the moment it is asked for. */
export interface MetricsSources {
  readonly ledger: () => LedgerSnapshot;
  readonly budget: MemoryBudget;
  readonly exchanges: () => number;
  /** The servers of each upstream. */
  readonly servers: () => readonly { readonly upstream: string; readonly state: ServerState }[];
}

/** From what a cache answers to what a person waits for. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

const directions = [
  ['request', 'requests'],
  ['response', 'responses'],
] as const;

/**
 * What Prometheus is told. Counts of exchanges and latencies are taken as they come, everything else is read out of
 * its source when somebody asks.
 */
export class Metrics {
  readonly registry = new Registry();
  readonly #exchanges: Counter<'result' | 'broken_by' | 'status'>;
  readonly #durations: Histogram<'result'>;
  readonly #answers: Histogram;

  constructor(sources: MetricsSources) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.#exchanges = new Counter({
      name: 'millrace_exchanges_total',
      help: 'Exchanges that are over, by how they went, which side broke them and the status that was sent',
      labelNames: ['result', 'broken_by', 'status'],
      registers,
    });
    this.#durations = new Histogram({
      name: 'millrace_exchange_duration_seconds',
      help: 'From the head of a request to the last byte of its answer',
      labelNames: ['result'],
      buckets: SECONDS,
      registers,
    });
    this.#answers = new Histogram({
      name: 'millrace_upstream_answer_seconds',
      help: 'From the head of a request to the head of the upstream’s answer',
      buckets: SECONDS,
      registers,
    });
    this.#readLedger(sources.ledger);
    gauge(this.registry, 'millrace_open_exchanges', 'Exchanges under way', () => sources.exchanges());
    const { budget } = sources;
    gauge(this.registry, 'millrace_held_bytes', 'Memory that all bodies hold', () => budget.heldBytes);
    gauge(
      this.registry,
      'millrace_memory_budget_bytes',
      'What they may hold together',
      () => budget.budgetBytes,
    );
    this.#readServers(sources.servers);
  }

  observe({ result, brokenBy, status, durationMs, answeredAfterMs }: ExchangeOutcome): void {
    this.#exchanges.inc({
      result,
      broken_by: brokenBy ?? '',
      status: status === undefined ? '' : String(status),
    });
    this.#durations.observe({ result }, durationMs / 1000);
    if (answeredAfterMs !== undefined) this.#answers.observe(answeredAfterMs / 1000);
  }

  #readLedger(ledger: () => LedgerSnapshot): void {
    const registers = [this.registry];
    const labelNames = ['direction'] as const;
    // One look for all of them. It comes first, as they are asked in the order in which they are made.
    this.registry.registerMetric(
      new Gauge({
        name: 'millrace_buffered_bytes',
        help: 'Bytes of bodies that have come and have not gone',
        registers: [],
        collect() {
          const figures = ledger();
          this.set(figures.bufferedBytes);
          bodies.reset();
          bytes.reset();
          slow.reset();
          for (const [direction, plural] of directions) {
            open.set({ direction }, figures.open[plural]);
            for (const [outcome, count] of Object.entries(figures.outcomes[plural])) {
              bodies.inc({ direction, outcome }, count as number);
            }
          }
          bytes.inc({ direction: 'request' }, figures.bytes.requestsIn);
          bytes.inc({ direction: 'response' }, figures.bytes.responsesOut);
          paused.set(figures.slow.producersPaused);
          waiting.set(figures.slow.consumersWaiting);
          slow.inc({ side: 'consumer' }, figures.slow.producerPausedMs / 1000);
          slow.inc({ side: 'producer' }, figures.slow.consumerWaitingMs / 1000);
        },
      }),
    );
    const open = new Gauge({ name: 'millrace_open_bodies', help: 'Bodies under way', labelNames, registers });
    const bodies = new Counter({
      name: 'millrace_bodies_total',
      help: 'Bodies that are over, by how their pipe ended',
      labelNames: ['direction', 'outcome'],
      registers,
    });
    const bytes = new Counter({
      name: 'millrace_body_bytes_total',
      help: 'Bytes of bodies that were delivered',
      labelNames,
      registers,
    });
    const paused = new Gauge({
      name: 'millrace_producers_paused',
      help: 'Bodies whose sender is paused, since their reader is slower',
      registers,
    });
    const waiting = new Gauge({
      name: 'millrace_consumers_waiting',
      help: 'Bodies whose reader waits, since their sender is slower',
      registers,
    });
    const slow = new Counter({
      name: 'millrace_slow_seconds_total',
      help: 'Time that one side of a body kept the other waiting, over all bodies, by the slow side',
      labelNames: ['side'],
      registers,
    });
  }

  #readServers(servers: MetricsSources['servers']): void {
    const labelNames = ['upstream', 'server'] as const;
    const registers = [this.registry];
    this.registry.registerMetric(
      new Gauge({
        name: 'millrace_upstream_fit',
        help: 'Whether a server passes its health checks and its circuit breaker is closed',
        labelNames,
        registers: [],
        aggregator: 'min',
        collect() {
          this.reset();
          open.reset();
          for (const { upstream, state } of servers()) {
            const labels = { upstream, server: state.origin };
            this.set(labels, state.isHealthy && state.breaker === 'closed' ? 1 : 0);
            open.set(labels, state.open);
          }
        },
      }),
    );
    const open = new Gauge({
      name: 'millrace_upstream_open_exchanges',
      help: 'Exchanges under way with a server',
      labelNames,
      registers,
    });
  }
}

function gauge(registry: Registry, name: string, help: string, read: () => number): void {
  registry.registerMetric(
    new Gauge({
      name,
      help,
      registers: [],
      collect() {
        this.set(read());
      },
    }),
  );
}
