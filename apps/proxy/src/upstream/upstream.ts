import { createClient, type Client, type IncomingResponse, type InformationHandler } from '@millrace/client';
import { PipeError, type PipeReader } from '@millrace/core';
import { Refusal } from '../policy/refusal.ts';
import type { RequestHead } from '../policy/request-head.ts';
import type { BodyPipe } from './route.ts';

export interface UpstreamOptions extends BodyPipe {
  readonly url: URL;
}

/** What goes with the head of a request. */
export interface RequestParts {
  readonly body: PipeReader | null;
  /** Asked for when the body has been sent; flat. `undefined`: there can be none. */
  readonly trailers: (() => readonly string[]) | undefined;
  /** The body may be had only when the upstream has asked for it with `100 Continue`. */
  readonly expectContinue: boolean;
  readonly signal: AbortSignal;
  /** Told of each interim answer (1xx) before the answer. */
  readonly onInformation: InformationHandler;
}

/** The server behind the proxy. */
export class Upstream {
  readonly origin: string;
  /** Host and port, as in `Host`. */
  readonly #host: string;
  readonly #client: Client;

  constructor({ url, strategy, highWaterMark, lowWaterMark }: UpstreamOptions) {
    this.origin = url.origin;
    this.#host = url.host;
    this.#client = createClient({ strategy, pipe: { highWaterMark, lowWaterMark } });
  }

  /**
   * Sends a request on and waits for the headers of the answer. Rejects with the reason of `signal` or of the body,
   * and with a `Refusal` for an upstream that does not answer.
   */
  async request(head: RequestHead, parts: RequestParts): Promise<IncomingResponse> {
    const { method, path, headers } = head;
    const { body, signal, onInformation } = parts;
    try {
      return await this.#client.request(this.origin, {
        method,
        path,
        headers: ['host', head.host ?? this.#host, ...headers],
        body,
        signal,
        onInformation,
      });
    } catch (reason) {
      throw signal.aborted ? signal.reason : this.#refusalFor(reason);
    }
  }

  /** Waits for what is under way. */
  close(): Promise<void> {
    return this.#client.close();
  }

  /** Breaks off what is under way. */
  destroy(reason: unknown): Promise<void> {
    return this.#client.destroy(reason);
  }

  #refusalFor(cause: unknown): Refusal {
    const reason = reasonOf(cause);
    if (cause instanceof PipeError && cause.code === 'ERR_PIPE_ARGUMENT') {
      return new Refusal(400, `The request cannot be sent on: ${reason}`, { cause });
    }
    const timeout = timeouts[codeOf(cause) ?? ''];
    if (timeout !== undefined) return new Refusal(504, `The upstream ${this.origin} ${timeout}.`, { cause });
    return new Refusal(502, `The upstream ${this.origin} failed: ${reason}`, { cause });
  }
}

/** What an upstream that is too slow has failed to do, by undici's and the system's codes. */
const timeouts: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'did not accept a connection in time',
  ETIMEDOUT: 'did not accept a connection in time',
  UND_ERR_HEADERS_TIMEOUT: 'did not answer in time',
};

function codeOf(reason: unknown): string | undefined {
  if (typeof reason !== 'object' || reason === null || !('code' in reason)) return undefined;
  return typeof reason.code === 'string' ? reason.code : undefined;
}

function reasonOf(reason: unknown): string {
  // Node tries every address of a name, and has no message for all of them together.
  if (reason instanceof AggregateError && reason.message === '') {
    return reason.errors.map((error) => reasonOf(error)).join('; ');
  }
  return reason instanceof Error ? reason.message : String(reason);
}
