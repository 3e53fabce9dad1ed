import type { PipeReader, PipeSummary } from '@millrace/core';
import { Roster } from '../roster.ts';
import { OpenBody, type BodyFacts, type Direction } from './open-body.ts';

/** Bodies by how they ended. */
export interface OutcomeCounts {
  ended: number;
  failed: number;
  cancelled: number;
}

/** One open body. */
export interface BodySnapshot {
  readonly id: number;
  readonly direction: Direction;
  readonly method: string;
  readonly path: string;
  readonly bufferedBytes: number;
  readonly deliveredBytes: number;
  readonly expectedBytes: number | null;
  readonly producerPaused: boolean;
  readonly consumerWaiting: boolean;
  readonly strategy: string;
  readonly highWaterMark: number;
  readonly lowWaterMark: number;
  readonly producerPausedMs: number;
  readonly consumerWaitingMs: number;
  readonly ageMs: number;
}

/** How the bodies of one strategy did. */
export interface StrategyFigures {
  readonly strategy: string;
  readonly open: number;
  readonly bufferedBytes: number;
  readonly deliveredBytes: number;
  /** Those that are over. */
  readonly bodies: number;
  readonly failed: number;
  readonly producerPausedMs: number;
  readonly consumerWaitingMs: number;
}

/** The figures of all bodies, as of one moment. */
export interface LedgerSnapshot {
  /** Milliseconds since 1970, as `startedAtMs`. */
  readonly atMs: number;
  readonly startedAtMs: number;
  /** Open bodies by direction. */
  readonly open: { readonly requests: number; readonly responses: number };
  /** Readable bytes in all pipes, now. */
  readonly bufferedBytes: number;
  /** The high-water marks of all open bodies together. */
  readonly bufferedLimitBytes: number;
  /** Who keeps whom waiting: counts now, and milliseconds added up over all bodies there ever were. */
  readonly slow: {
    readonly producersPaused: number;
    readonly consumersWaiting: number;
    readonly producerPausedMs: number;
    readonly consumerWaitingMs: number;
  };
  /** Bytes delivered since the start. */
  readonly bytes: { readonly requestsIn: number; readonly responsesOut: number };
  readonly outcomes: { readonly requests: OutcomeCounts; readonly responses: OutcomeCounts };
  readonly residentBytes: number;
  /** By strategy, of all bodies there ever were. */
  readonly strategies: readonly StrategyFigures[];
  /** Those that kept somebody waiting longest first, at most 50. */
  readonly bodies: readonly BodySnapshot[];
}

export interface LedgerOptions {
  /** Milliseconds that never go back, for durations. */
  readonly now?: () => number;
}

const MOST_BODIES_SHOWN = 50;

/** What was counted of the bodies of one direction that are over. */
interface Totals {
  readonly outcomes: OutcomeCounts;
  deliveredBytes: number;
}

/**
 * Counts what goes through the proxy: the open bodies, and the sums of those that are over.
 *
 * A body is open from its first header to the moment its pipe has delivered or discarded its last byte. Nothing is
 * done per chunk but to add up its length.
 */
export class BodyLedger {
  readonly #now: () => number;
  readonly #startedAtMs = Date.now();
  readonly #open = new Roster<OpenBody>();
  readonly #totals: Readonly<Record<Direction, Totals>> = {
    request: { outcomes: { ended: 0, failed: 0, cancelled: 0 }, deliveredBytes: 0 },
    response: { outcomes: { ended: 0, failed: 0, cancelled: 0 }, deliveredBytes: 0 },
  };
  /** Of bodies that are over, by strategy. */
  readonly #past = new Map<string, Changing<StrategyFigures>>();
  #producerPausedMs = 0;
  #consumerWaitingMs = 0;
  #lastId = 0;

  constructor({ now = () => performance.now() }: LedgerOptions = {}) {
    this.#now = now;
  }

  /**
   * Enters a body. Its consumer is to read through `reader` of what is returned.
   *
   * @param closed Settles when the pipe is over, as `PipeWriter.closed`.
   */
  open(facts: BodyFacts, reader: PipeReader, closed: Promise<PipeSummary>): OpenBody {
    this.#lastId += 1;
    const body = new OpenBody(this.#lastId, facts, reader, this.#now);
    this.#open.add(body);
    void closed.then((summary) => this.#close(body, summary));
    return body;
  }

  snapshot(): LedgerSnapshot {
    const { request, response } = this.#totals;
    const open = { requests: 0, responses: 0 };
    const bytes = { requestsIn: request.deliveredBytes, responsesOut: response.deliveredBytes };
    const slow = {
      producersPaused: 0,
      consumersWaiting: 0,
      producerPausedMs: this.#producerPausedMs,
      consumerWaitingMs: this.#consumerWaitingMs,
    };
    let bufferedBytes = 0;
    let bufferedLimitBytes = 0;
    for (const body of this.#open) {
      const isRequest = body.facts.direction === 'request';
      open[isRequest ? 'requests' : 'responses'] += 1;
      bytes[isRequest ? 'requestsIn' : 'responsesOut'] += body.deliveredBytes;
      slow.producersPaused += body.isProducerPaused ? 1 : 0;
      slow.consumersWaiting += body.isConsumerWaiting ? 1 : 0;
      slow.producerPausedMs += body.producerPausedMs;
      slow.consumerWaitingMs += body.consumerWaitingMs;
      bufferedBytes += body.bufferedBytes;
      bufferedLimitBytes += body.facts.pipe.highWaterMark;
    }
    return {
      atMs: Date.now(),
      startedAtMs: this.#startedAtMs,
      open,
      bufferedBytes,
      bufferedLimitBytes,
      slow: {
        ...slow,
        producerPausedMs: Math.round(slow.producerPausedMs),
        consumerWaitingMs: Math.round(slow.consumerWaitingMs),
      },
      bytes,
      outcomes: { requests: { ...request.outcomes }, responses: { ...response.outcomes } },
      residentBytes: process.memoryUsage.rss(),
      strategies: this.#byStrategy(),
      bodies: slowestFirst(this.#bodies()),
    };
  }

  /** The oldest first. */
  #bodies(): BodySnapshot[] {
    const now = this.#now();
    const oldestFirst = [...this.#open].toSorted((a, b) => a.id - b.id);
    return oldestFirst.map((body) => ({
      id: body.id,
      direction: body.facts.direction,
      method: body.facts.method,
      path: body.facts.path,
      bufferedBytes: body.bufferedBytes,
      deliveredBytes: body.deliveredBytes,
      expectedBytes: body.facts.expectedBytes,
      producerPaused: body.isProducerPaused,
      consumerWaiting: body.isConsumerWaiting,
      strategy: body.facts.pipe.strategy.name,
      highWaterMark: body.facts.pipe.highWaterMark,
      lowWaterMark: body.facts.pipe.lowWaterMark,
      producerPausedMs: Math.round(body.producerPausedMs),
      consumerWaitingMs: Math.round(body.consumerWaitingMs),
      ageMs: Math.round(now - body.openedAtMs),
    }));
  }

  #byStrategy(): StrategyFigures[] {
    const figures = new Map<string, StrategyFigures>(this.#past);
    for (const body of this.#open) {
      const { name } = body.facts.pipe.strategy;
      const so = figures.get(name) ?? noFigures(name);
      figures.set(name, {
        ...so,
        open: so.open + 1,
        bufferedBytes: so.bufferedBytes + body.bufferedBytes,
        deliveredBytes: so.deliveredBytes + body.deliveredBytes,
        producerPausedMs: so.producerPausedMs + body.producerPausedMs,
        consumerWaitingMs: so.consumerWaitingMs + body.consumerWaitingMs,
      });
    }
    return Array.from(figures.values(), (so) => ({
      ...so,
      producerPausedMs: Math.round(so.producerPausedMs),
      consumerWaitingMs: Math.round(so.consumerWaitingMs),
    }));
  }

  /** Counts what the pipe says was delivered: word of the last chunk may reach the open body a turn later. */
  #close(body: OpenBody, { outcome, delivered }: PipeSummary): void {
    this.#open.delete(body);
    const totals = this.#totals[body.facts.direction];
    totals.outcomes[outcome] += 1;
    totals.deliveredBytes += delivered;
    const { name } = body.facts.pipe.strategy;
    let past = this.#past.get(name);
    if (past === undefined) this.#past.set(name, (past = noFigures(name)));
    past.bodies += 1;
    past.failed += outcome === 'failed' ? 1 : 0;
    past.deliveredBytes += delivered;
    past.producerPausedMs += body.producerPausedMs;
    past.consumerWaitingMs += body.consumerWaitingMs;
    this.#producerPausedMs += body.producerPausedMs;
    this.#consumerWaitingMs += body.consumerWaitingMs;
  }
}

/** The bodies to show: those that kept somebody waiting longest, and of equals the one that is open longest. */
export function slowestFirst(bodies: readonly BodySnapshot[]): BodySnapshot[] {
  const waits = ({ producerPausedMs, consumerWaitingMs }: BodySnapshot): number =>
    producerPausedMs + consumerWaitingMs;
  return bodies.toSorted((a, b) => waits(b) - waits(a) || b.ageMs - a.ageMs).slice(0, MOST_BODIES_SHOWN);
}

type Changing<T> = { -readonly [Key in keyof T]: T[Key] };

function noFigures(strategy: string): Changing<StrategyFigures> {
  const times = { producerPausedMs: 0, consumerWaitingMs: 0 };
  return { strategy, open: 0, bufferedBytes: 0, deliveredBytes: 0, bodies: 0, failed: 0, ...times };
}
