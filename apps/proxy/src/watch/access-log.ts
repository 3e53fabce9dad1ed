import pino, { type Logger } from 'pino';
import type { PipeSummary } from '@millrace/core';
import { messageOf } from '../message-of.ts';
import type { ExchangeOutcome } from '../relay/exchange-outcome.ts';
import { valuesOf } from '../policy/header-lines.ts';

type Destination = ReturnType<typeof pino.destination>;

/** A line of JSON for each exchange, when all of it is over; one that was broken off is a warning. */
export class AccessLog {
  readonly #destination: Destination;
  readonly #logger: Logger;

  /** @param file A file to add to, or `-` for the standard output. */
  constructor(file: string) {
    this.#destination = pino.destination({ dest: file === '-' ? 1 : file, sync: false, mkdir: true });
    this.#logger = pino(
      { base: null, timestamp: false, formatters: { level: (level) => ({ level }) } },
      this.#destination,
    );
  }

  write(outcome: ExchangeOutcome): void {
    this.#logger[outcome.result === 'broken' ? 'warn' : 'info'](accessLogEntry(outcome));
  }

  /** Goes on in a file of the same name, for who has moved the old one away. Does nothing for the standard output. */
  reopen(): void {
    if ('file' in this.#destination && this.#destination.file !== null) this.#destination.reopen();
  }

  /** Settles when everything is written. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#destination.on('close', resolve);
      this.#destination.end();
    });
  }
}

/** What a line says. */
export function accessLogEntry(outcome: ExchangeOutcome): Record<string, unknown> {
  const { request, reason } = outcome;
  const [traceparent] = valuesOf(request.rawHeaders, 'traceparent');
  return {
    time: new Date(outcome.startedAtMs).toISOString(),
    client: request.peerAddress,
    method: request.method,
    target: request.target,
    host: valuesOf(request.rawHeaders, 'host')[0],
    http: request.httpVersion,
    tls: request.isEncrypted,
    status: outcome.status,
    result: outcome.result,
    brokenBy: outcome.brokenBy,
    ...(outcome.result === 'whole' ? undefined : { code: codeOf(reason), reason: messageOf(reason) }),
    upstream: outcome.upstream,
    answeredAfterMs: rounded(outcome.answeredAfterMs),
    durationMs: rounded(outcome.durationMs),
    requestBody: bodyEntry(outcome.requestBody),
    responseBody: bodyEntry(outcome.responseBody),
    traceId: traceparent?.split('-')[1],
  };
}

function bodyEntry(summary: PipeSummary | undefined): Record<string, unknown> | undefined {
  if (summary === undefined) return undefined;
  const { outcome, written, delivered, discarded } = summary;
  return { outcome, written, delivered, discarded };
}

function rounded(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : Math.round(milliseconds * 10) / 10;
}

function codeOf(reason: unknown): unknown {
  if (typeof reason !== 'object' || reason === null) return undefined;
  if ('code' in reason) return reason.code;
  return 'cause' in reason ? codeOf(reason.cause) : undefined;
}
