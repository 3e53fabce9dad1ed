import { once } from 'node:events';
import pino, { type Logger } from 'pino';
import type { PipeSummary } from '@millrace/core';
import { ConfigError } from '../config/config-error.ts';
import { messageOf } from '../message-of.ts';
import type { ExchangeOutcome } from '../relay/exchange-outcome.ts';
import { valuesOf } from '../policy/header-lines.ts';

type Destination = ReturnType<typeof pino.destination>;

/** What may wait to be written: more than a busy second of lines, and little enough where nothing can be written at all. */
const MOST_WAITING_BYTES = 4 * 1024 * 1024;

/** A line of JSON for each exchange, when all of it is over; one that was broken off is a warning. */
export class AccessLog {
  readonly #destination: Destination;
  readonly #logger: Logger;

  private constructor(destination: Destination) {
    this.#destination = destination;
    this.#logger = pino(
      { base: null, timestamp: false, formatters: { level: (level) => ({ level }) } },
      destination,
    );
  }

  /**
   * @param file A file to add to, or `-` for the standard output.
   * @param onProblem Told once of each reason why lines are lost later on, such as a full disk.
   * @throws ConfigError When it cannot be opened.
   */
  static async open(file: string, onProblem: (sentence: string) => void): Promise<AccessLog> {
    const destination = pino.destination({
      dest: file === '-' ? 1 : file,
      sync: false,
      mkdir: true,
      maxLength: MOST_WAITING_BYTES,
    });
    const shown = `The access log ${JSON.stringify(file)}`;
    try {
      await once(destination, 'ready');
    } catch (reason) {
      // When the process ends pino flushes all that are not closed, and throws where one was never open.
      destination.emit('close');
      throw new ConfigError(`${shown} cannot be opened: ${whyNot(reason)}.`, { cause: reason });
    }
    const told = new Set<string>();
    const tell = (sentence: string): void => {
      if (!told.has(sentence)) onProblem(sentence);
      told.add(sentence);
    };
    destination.on('error', (reason: unknown) => tell(`${shown} cannot be written to: ${whyNot(reason)}.`));
    destination.on('drop', () => tell(`${shown} takes lines more slowly than they come: some are lost.`));
    return new AccessLog(destination);
  }

  write(outcome: ExchangeOutcome): void {
    this.#logger[outcome.result === 'broken' ? 'warn' : 'info'](accessLogEntry(outcome));
  }

  /** Goes on in a file of the same name, for who has moved the old one away. Does nothing for the standard output. */
  reopen(): void {
    if ('file' in this.#destination && this.#destination.file !== null) this.#destination.reopen();
  }

  /** Settles when everything is written, or cannot be. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#destination.on('close', resolve).on('error', () => this.#destination.destroy());
      this.#destination.end();
    });
  }
}

const words: Readonly<Record<string, string>> = {
  EISDIR: 'it is a folder',
  EACCES: 'this user may not write to it',
  EROFS: 'its file system is for reading only',
  ENOENT: 'there is no such file',
  ENOSPC: 'there is no room left',
};

function whyNot(reason: unknown): string {
  const { code = '' } = reason as NodeJS.ErrnoException;
  return words[code] ?? messageOf(reason);
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
