import { open } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import pino, { type Logger } from 'pino';
import type { PipeSummary } from '@millrace/core';
import { ConfigError } from '../config/config-error.ts';
import { messageOf } from '../message-of.ts';
import type { ExchangeOutcome } from '../relay/exchange-outcome.ts';
import { valuesOf } from '../policy/header-lines.ts';

type Destination = ReturnType<typeof pino.destination>;

/** What may wait to be written: more than a busy second of lines, and little enough where nothing can be written at all. */
const MOST_WAITING_BYTES = 4 * 1024 * 1024;

/** An open file, and what writes lines to it. */
interface Output {
  readonly destination: Destination;
  readonly logger: Logger;
  /** Nobody reads it any more: of what pino would do with it, from then on it does nothing. */
  isBroken: boolean;
}

/** A line of JSON for each exchange, when all of it is over; one that was broken off is a warning. */
export class AccessLog {
  readonly #file: string;
  readonly #onProblem: (sentence: string) => void;
  readonly #told = new Set<string>();
  /** `undefined`: it is closed. */
  #output: Output | undefined;

  private constructor(file: string, onProblem: (sentence: string) => void) {
    this.#file = file;
    this.#onProblem = onProblem;
  }

  /**
   * @param file A file to add to, or `-` for the standard output.
   * @param onProblem Told once of each reason why lines are lost later on, such as a full disk.
   * @throws ConfigError When it cannot be opened.
   */
  static async open(file: string, onProblem: (sentence: string) => void): Promise<AccessLog> {
    const log = new AccessLog(file, onProblem);
    await log.reopen();
    return log;
  }

  /** Does nothing when it is closed. */
  write(outcome: ExchangeOutcome): void {
    this.#output?.logger[outcome.result === 'broken' ? 'warn' : 'info'](accessLogEntry(outcome));
  }

  /**
   * Goes on in a file of the same name, for who has moved the old one away. Does nothing for the standard output.
   *
   * @throws ConfigError When it cannot be opened; then it goes on in the old one.
   */
  async reopen(): Promise<void> {
    const before = this.#output;
    if (this.#file === '-' && before !== undefined) return;
    this.#output = await this.#openOutput();
    await finished(before);
  }

  /** Settles when everything is written, or cannot be. */
  async close(): Promise<void> {
    const output = this.#output;
    this.#output = undefined;
    await finished(output);
  }

  async #openOutput(): Promise<Output> {
    const destination = pino.destination({
      dest: this.#file === '-' ? 1 : await this.#descriptor(),
      sync: false,
      maxLength: MOST_WAITING_BYTES,
    });
    const logger = pino(
      { base: null, timestamp: false, formatters: { level: (level) => ({ level }) } },
      destination,
    );
    const output = { destination, logger, isBroken: false };
    destination.on('error', (reason: unknown) => {
      output.isBroken ||= (reason as NodeJS.ErrnoException).code === 'EPIPE';
      this.#tell(`${this.#shown} cannot be written to: ${whyNot(reason)}.`);
    });
    destination.on('drop', () =>
      this.#tell(`${this.#shown} takes lines more slowly than they come: some are lost.`),
    );
    return output;
  }

  /** Opened here: pino cannot let go of what it could not open, and what it opens again it may close twice. */
  async #descriptor(): Promise<number> {
    try {
      await mkdir(dirname(this.#file), { recursive: true });
      return await promisify(open)(this.#file, 'a');
    } catch (reason) {
      throw new ConfigError(`${this.#shown} cannot be opened: ${whyNot(reason)}.`, { cause: reason });
    }
  }

  #tell(sentence: string): void {
    if (!this.#told.has(sentence)) this.#onProblem(sentence);
    this.#told.add(sentence);
  }

  get #shown(): string {
    return `The access log ${JSON.stringify(this.#file)}`;
  }
}

async function finished(output: Output | undefined): Promise<void> {
  if (output === undefined) return;
  const { destination, isBroken } = output;
  await new Promise<void>((resolve) => {
    destination.on('close', () => resolve());
    destination.on('error', () => {
      close(destination);
      resolve();
    });
    if (isBroken) close(destination);
    else destination.end();
  });
}

/** By the method of its class: pino may have put another in front of that, which leaves the file open. */
function close(destination: Destination): void {
  (Object.getPrototypeOf(destination) as Destination).destroy.call(destination);
}

const words: Readonly<Record<string, string>> = {
  EISDIR: 'it is a folder',
  EACCES: 'this user may not write to it',
  EROFS: 'its file system is for reading only',
  ENOENT: 'there is no such file',
  ENOSPC: 'there is no room left',
  ENOTDIR: 'its folder is a file',
  EPIPE: 'nobody reads it any more',
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
    host: valuesOf(request.rawHeaders, 'host')[0] ?? request.authority,
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
