import type { ServerResponse } from 'node:http';
import type { PipeReader } from '@millrace/core';
import { sendBody, type SendSummary } from '@millrace/core/node';

/** The client's side of an exchange. */
export class Downstream {
  readonly #response: ServerResponse;
  readonly #leaving = new AbortController();

  constructor(response: ServerResponse) {
    this.#response = response;
    // Errors are said again by `close`; one that nobody listens to would end the process.
    response.on('error', () => {});
    response.on('close', () => {
      if (response.writableFinished) return;
      // Not before an upload that has broken off with it has failed for that.
      process.nextTick(() => this.#leaving.abort(new ClientLeft()));
    });
  }

  /** Fires when the client leaves before it has the whole answer, with a `ClientLeft`. */
  get left(): AbortSignal {
    return this.#leaving.signal;
  }

  /** Whether an answer may still be begun. */
  get isUnanswered(): boolean {
    return !this.#response.headersSent && !this.left.aborted && this.#response.socket?.destroyed === false;
  }

  /** Sends the head of the answer. @param headers Flat, as `rawHeaders`. */
  begin(status: number, statusText: string, headers: readonly string[]): void {
    this.#response.writeHead(status, statusText, [...headers]);
  }

  /** Ends an answer that has no body. */
  end(): void {
    this.#response.end();
  }

  /**
   * Sends the body, no faster than the client takes it. One that fails or is short destroys the response: the
   * client sees a broken connection, never a clean end. Settles when all of that is done.
   */
  send(reader: PipeReader): Promise<SendSummary> {
    // Node holds the head back for the first bytes, to send both at once. When there are none yet, it goes alone.
    if (reader.size === 0) this.#response.flushHeaders();
    return sendBody(reader, this.#response);
  }
}

/** Why an upstream request is aborted or a body cancelled. */
export class ClientLeft extends Error {
  override readonly name = 'ClientLeft';

  constructor() {
    super('The client closed the connection before it had the whole answer');
  }
}
