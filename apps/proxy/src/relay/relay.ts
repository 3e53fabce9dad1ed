import type { IncomingResponse, SwitchedResponse } from '@millrace/client';
import type { ClientRequest } from '../listener/client-request.ts';
import { PipeError, type PipeReader } from '@millrace/core';
import { messageOf } from '../message-of.ts';
import { Refusal } from '../policy/refusal.ts';
import { membersOf, valuesOf } from '../policy/header-lines.ts';
import { HeaderPolicy } from '../policy/header-policy.ts';
import { checkExpectations, checkFraming, forwardedRequest, forwardsLeft } from '../policy/request-head.ts';
import { WebSocketHandshake } from '../policy/websocket-handshake.ts';
import { requestTargetOf, type RequestTarget } from '../policy/request-target.ts';
import {
  forwardedInformation,
  forwardedResponseHeaders,
  forwardedGrant,
  forwardedTrailers,
  isBodiless,
} from '../policy/response-head.ts';
import {
  checkDeclaredLength,
  limitRefusal,
  withUploadLimits,
  type ClientLimits,
} from '../limits/client-limits.ts';
import type { BodyPipe, Route, Routing } from '../upstream/route.ts';
import type { BodyLedger } from '../watch/body-ledger.ts';
import { ProducerPauses } from '../watch/producer-pauses.ts';
import { ClientLeft, type Downstream } from './downstream.ts';
import { endOfTurn } from './end-of-turn.ts';
import type { ExchangeOutcome } from './exchange-outcome.ts';
import { ExchangeRecord } from './exchange-record.ts';
import { Roster, type Rostered } from '../roster.ts';
import { joinTunnel } from './tunnel.ts';

export interface RelayOptions {
  readonly routing: Routing;
  readonly ledger: BodyLedger;
  /** Told how each exchange went, when all of it is over. */
  readonly onExchange?: ((outcome: ExchangeOutcome) => void) | undefined;
}

/**
 * Passes requests on and answers back. The only place that sees both sides:
 *
 *     client ─▶ receiveBody ─▶ │ pipe │ ─▶ upstream
 *     client ◀─ Downstream  ◀─ │ pipe │ ◀─ upstream
 *
 * Whoever fails ends the exchange for the other side, as what it is: an upload that breaks off is aborted and never
 * looks whole to the upstream; a download that breaks off is reset and never looks whole to the client; a client that
 * leaves aborts the upstream's work and frees what is buffered; an upstream that is gone is a 502 as long as nothing
 * was answered.
 */
export class Relay {
  readonly #options: RelayOptions;
  readonly #open = new Roster<OpenExchange>();

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  /** Settles when none is under way. */
  whenIdle(): Promise<void> {
    return this.#open.whenEmpty();
  }

  /** Exchanges under way. */
  get exchanges(): number {
    return this.#open.size;
  }

  /** Breaks off what is under way. */
  breakOff(reason: unknown): void {
    for (const { downstream, record } of this.#open) {
      record.broke('proxy', reason);
      downstream.breakOff();
    }
  }

  /**
   * Handles one exchange; settles when it is over. Never rejects.
   *
   * @param refusal What to answer in any case.
   */
  async handle(downstream: Downstream, refusal?: Refusal): Promise<void> {
    const record = new ExchangeRecord(downstream, () => performance.now());
    const exchange = { downstream, record, rosterIndex: 0 };
    this.#open.add(exchange);
    await this.#exchange(downstream, record, refusal);
    downstream.release();
    await downstream.closed;
    const requestBody = record.requestBody && (await record.requestBody);
    const responseBody = record.responseBody && (await record.responseBody);
    this.#open.delete(exchange);
    this.#options.onExchange?.(record.outcome(requestBody, responseBody));
  }

  async #exchange(
    downstream: Downstream,
    record: ExchangeRecord,
    refusal: Refusal | undefined,
  ): Promise<void> {
    let upload: Upload | undefined;
    const pauses = new ProducerPauses();
    try {
      if (refusal !== undefined) throw refusal;
      const { request } = downstream;
      checkFraming(request);
      checkExpectations(request);
      const target = requestTargetOf(request);
      if (forwardsLeft(request) === 0) {
        answerForProxy(downstream);
        return;
      }
      const route = this.#routeFor(request, target);
      const forwarded = forwardedRequest(request, target, route.headers ?? defaultHeaders);
      const handshake = needsHandshake(downstream) ? new WebSocketHandshake() : undefined;
      const head =
        handshake === undefined ? forwarded : { ...forwarded, headers: handshake.request(forwarded.headers) };
      if (downstream.hasBody) upload = this.#receive(downstream, route, record);
      const answer = await route.upstream.request(
        head,
        {
          body: upload?.reader ?? null,
          trailers: upload?.trailers,
          acceptTrailers: membersOf(request.rawHeaders, 'te').includes('trailers'),
          expectContinue: downstream.expectsContinue,
          upgrade: downstream.upgrade,
          signal: downstream.left,
          onInformation: ({ status, rawHeaders }) => {
            // That one is about the body, and the client gets it when its body is wanted.
            if (status !== 100) downstream.inform(status, forwardedInformation(rawHeaders));
          },
          onPaused: pauses.set,
          onServer: (origin) => record.sentTo(origin),
        },
        route,
      );
      record.answered();
      if (answer.content === undefined)
        await this.#join(downstream, route, answer, record, pauses, handshake);
      else {
        await endOfTurn();
        await this.#answer(downstream, route, answer, record, pauses);
      }
    } catch (reason) {
      upload?.reader.cancel(reason);
      const answer = refusalFor(reason);
      if (downstream.isUnanswered) {
        record.refused(answer);
        downstream.whenStuck(REFUSAL_IDLE_MS, () => downstream.breakOff());
        downstream.refuse(answer);
      } else {
        record.broke(answer.side, reason);
        downstream.breakOff();
      }
    }
  }

  #routeFor({ method }: ClientRequest, { authority, path }: RequestTarget): Route {
    const { routing } = this.#options;
    if (method !== 'CONNECT') return routing.routeFor(authority, path);
    if (routing.tunnelTo !== undefined) return routing.tunnelTo(path);
    throw new Refusal(501, 'The proxy makes no tunnels for CONNECT.');
  }

  #receive(downstream: Downstream, route: Route, record: ExchangeRecord): Upload {
    const { limits = noLimits } = route;
    checkDeclaredLength(valuesOf(downstream.request.rawHeaders, 'content-length')[0], limits);
    const pauses = new ProducerPauses();
    const { reader, expectedBytes, closed, trailers } = downstream.receive({
      ...route,
      maxBytes: limits.maxRequestBytes,
      onPaused: pauses.set,
    });
    record.requestBody = closed;
    const body = this.#options.ledger.open(
      {
        ...factsOf(downstream, route),
        direction: 'request',
        expectedBytes: expectedBytes ?? null,
        onFirstWait: () => {
          if (downstream.expectsContinue) downstream.inform(100, []);
        },
      },
      reader,
      closed,
    );
    pauses.showAt(body);
    // They are announced, or there are none: a request with trailers costs a connection of its own. Behind a declared
    // length there is no room for any.
    const isAnnounced = valuesOf(downstream.request.rawHeaders, 'trailer').length > 0;
    const hasTrailers = isAnnounced && expectedBytes === undefined;
    return {
      reader: withUploadLimits(body.reader, closed, limits),
      trailers: hasTrailers ? () => forwardedTrailers(trailers()) : undefined,
    };
  }

  async #join(
    downstream: Downstream,
    route: Route,
    { rawHeaders, tunnel }: SwitchedResponse,
    record: ExchangeRecord,
    pauses: ProducerPauses,
    handshake: WebSocketHandshake | undefined,
  ): Promise<void> {
    let granted: string[];
    try {
      granted = forwardedGrant(handshake?.response(rawHeaders) ?? rawHeaders);
    } catch (reason) {
      tunnel.destroy(reason);
      throw reason;
    }
    const received = tunnel.closed.then((summary) => summary.received);
    record.requestBody = tunnel.writer.closed;
    record.responseBody = received;
    const body = this.#options.ledger.open(
      { ...factsOf(downstream, route), direction: 'response', expectedBytes: null },
      tunnel.reader,
      received,
    );
    pauses.showAt(body);
    const client = downstream.openTunnel(granted);
    await joinTunnel(client, tunnel, body.reader, {
      idleTimeoutMs: route.limits?.tunnelIdleTimeoutMs ?? 0,
      onBroken: (side, reason) => record.broke(side, reason),
    });
  }

  /** Begins the answer. @returns Its body on the way, where it has one. */
  #answer(
    downstream: Downstream,
    route: Route,
    answer: IncomingResponse,
    record: ExchangeRecord,
    pauses: ProducerPauses,
  ): Promise<unknown> | undefined {
    const { status, statusText, content } = answer;
    const isHeadAlone = isBodiless(downstream.request.method, status) || isWholeAndEmpty(answer);
    const { idleTimeoutMs } = route.limits ?? noLimits;
    try {
      downstream.left.throwIfAborted();
      if (idleTimeoutMs > 0) {
        downstream.whenStuck(idleTimeoutMs, () => {
          record.broke('client', tookNothing(idleTimeoutMs));
          downstream.breakOff();
        });
      }
      const headers = forwardedResponseHeaders(answer);
      if (isHeadAlone) downstream.answer(status, statusText, headers);
      else downstream.begin(status, statusText, headers);
    } catch (reason) {
      content.cancel(reason);
      throw reason;
    }
    if (isHeadAlone) return undefined;
    const { reader, expectedBytes = null, closed } = content;
    record.responseBody = closed;
    const body = this.#options.ledger.open(
      { ...factsOf(downstream, route), direction: 'response', expectedBytes },
      reader,
      closed,
    );
    pauses.showAt(body);
    return downstream.send(body.reader, () => forwardedTrailers(answer.rawTrailers));
  }
}

interface OpenExchange extends Rostered {
  readonly downstream: Downstream;
  readonly record: ExchangeRecord;
}

/** The body of a request as its upstream gets it. */
interface Upload {
  readonly reader: PipeReader;
  readonly trailers: (() => string[]) | undefined;
}

/** For a client to take a bit of a refusal, whatever its route would allow: it may have none. */
const REFUSAL_IDLE_MS = 30_000;
const defaultHeaders = new HeaderPolicy();
const noLimits: ClientLimits = { idleTimeoutMs: 0 };

/** Over HTTP/2 a client of WebSocket proves nothing and asks for no proof. */
function needsHandshake({ upgrade, request }: Downstream): boolean {
  return upgrade !== undefined && request.httpVersion === '2.0';
}

/**
 * A request that may be forwarded no further is for whoever has it (RFC 9110 §7.6.2).
 *
 * @throws Refusal 501 for `TRACE`, which would have to show headers that somebody may want to hide.
 */
function answerForProxy(downstream: Downstream): void {
  if (downstream.request.method === 'TRACE') throw new Refusal(501, 'The proxy does not answer TRACE.');
  downstream.answer(204, 'No Content', []);
}

function tookNothing(idleTimeoutMs: number): PipeError {
  const message = `The client took nothing of its answer for ${idleTimeoutMs} ms`;
  return new PipeError('ERR_PIPE_TIMEOUT', message, { side: 'consumer' });
}

/** Nothing will come behind its head. */
function isWholeAndEmpty({ content, rawTrailers }: IncomingResponse): boolean {
  return content.complete && content.reader.size === 0 && rawTrailers.length === 0;
}

function factsOf({ request }: Downstream, pipe: BodyPipe): { method: string; path: string; pipe: BodyPipe } {
  return { method: request.method, path: request.target, pipe };
}

/** What is not a refusal yet is an answer that cannot be passed on, such as a header that Node will not write. */
function refusalFor(reason: unknown): Refusal {
  if (reason instanceof Refusal) return reason;
  const refusal = limitRefusal(reason);
  if (refusal !== undefined) return refusal;
  if (reason instanceof ClientLeft) return new Refusal(400, reason.message, { cause: reason });
  if (reason instanceof PipeError && reason.code === 'ERR_PIPE_UNEXPECTED_END') {
    return new Refusal(400, reason.message, { cause: reason });
  }
  const message = messageOf(reason);
  return new Refusal(502, `The upstream's answer cannot be passed on: ${message}`, { cause: reason });
}
