import type { IncomingMessage, ServerResponse } from 'node:http';
import type { IncomingResponse } from '@millrace/client';
import type { PipeReader } from '@millrace/core';
import type { BodyLedger } from '../watch/body-ledger.ts';
import { Downstream } from './downstream.ts';
import type { OpenBody } from '../watch/open-body.ts';
import { linger } from '../listener/linger.ts';
import { hasBody, receiveBody } from './receive-body.ts';
import { Refusal, refuse } from '../policy/refusal.ts';
import { forwardedRequest } from '../policy/request-head.ts';
import { forwardedResponseHeaders, isBodiless } from '../policy/response-head.ts';
import type { BodyPipe, Routing } from '../upstream/route.ts';

export interface RelayOptions {
  readonly routing: Routing;
  readonly ledger: BodyLedger;
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

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  /**
   * Handles one exchange; settles when it is over. Never rejects.
   *
   * @param mayContinue The client waits for `100 Continue` before it sends its body. It gets it when the upstream's
   *   connection asks for that body, so one that is refused is not sent in vain.
   */
  async handle(
    request: IncomingMessage,
    response: ServerResponse,
    { mayContinue = false } = {},
  ): Promise<void> {
    const downstream = new Downstream(response);
    let upload: PipeReader | null = null;
    try {
      const head = forwardedRequest(request);
      const route = this.#options.routing.routeFor(head.authority, head.path);
      if (hasBody(request)) {
        upload = this.#receive(request, response, route, () => {
          if (mayContinue && downstream.isUnanswered) response.writeContinue();
        });
      }
      const answer = await route.upstream.request(head, upload, downstream.left);
      await this.#answer(request, answer, route, downstream);
    } catch (reason) {
      upload?.cancel(reason);
      if (downstream.isUnanswered) refuse(response, refusalFor(reason));
      else response.destroy();
    }
    linger(request);
  }

  #receive(
    request: IncomingMessage,
    response: ServerResponse,
    pipe: BodyPipe,
    onWanted: () => void,
  ): PipeReader {
    // The pipe comes first, and nothing arrives before this turn is over.
    let body: OpenBody | undefined;
    const { reader, expectedBytes, closed } = receiveBody(request, response, {
      ...pipe,
      onPaused: (isPaused) => body?.setProducerPaused(isPaused),
    });
    const facts = {
      ...factsOf(request),
      direction: 'request',
      pipe,
      expectedBytes: expectedBytes ?? null,
      onFirstWait: onWanted,
    } as const;
    body = this.#options.ledger.open(facts, reader, closed);
    return body.reader;
  }

  async #answer(
    request: IncomingMessage,
    answer: IncomingResponse,
    pipe: BodyPipe,
    downstream: Downstream,
  ): Promise<void> {
    const { status, statusText, content } = answer;
    try {
      downstream.begin(status, statusText, forwardedResponseHeaders(answer));
    } catch (reason) {
      content.cancel(reason);
      throw reason;
    }
    if (isBodiless(request.method ?? 'GET', status)) {
      downstream.end();
      return;
    }
    const { reader, expectedBytes = null, closed } = content;
    const body = this.#options.ledger.open(
      {
        ...factsOf(request),
        direction: 'response',
        pipe,
        expectedBytes,
        hasArrived: () => content.complete,
      },
      reader,
      closed,
    );
    await downstream.send(body.reader);
  }
}

function factsOf({ method = 'GET', url = '/' }: IncomingMessage): { method: string; path: string } {
  return { method, path: url };
}

/** What is not a refusal yet is an answer that cannot be passed on, such as a header that Node will not write. */
function refusalFor(reason: unknown): Refusal {
  if (reason instanceof Refusal) return reason;
  const message = reason instanceof Error ? reason.message : String(reason);
  return new Refusal(502, `The upstream's answer cannot be passed on: ${message}`, { cause: reason });
}
