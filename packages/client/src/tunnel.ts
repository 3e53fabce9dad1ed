import type { Duplex } from 'node:stream';
import { createPipe, PipeError, type PipeReader, type PipeSummary, type PipeWriter } from '@millrace/core';
import { failOnReset, resetConnection } from '@millrace/core/node';
import { writeRead } from './chunk-ownership.ts';
import type { ResponseBodyOptions } from './response-body.ts';

export interface TunnelOptions extends Pick<ResponseBodyOptions, 'strategy' | 'pipe' | 'movesChunks'> {
  /** The server is paused, or no longer is: in turns. */
  readonly onPaused: (isPaused: boolean) => void;
}

/** How the two directions of a tunnel ended, and how many bytes went where. */
export interface TunnelSummary {
  /** From the server. */
  readonly received: PipeSummary;
  /** To the server: `delivered` was handed to the connection. */
  readonly sent: PipeSummary;
}

/**
 * A connection whose bytes no longer mean anything to HTTP: after `101 Switching Protocols`, or a `CONNECT` that was
 * granted. Each direction goes through a pipe of the client's strategy, and ends by itself:
 *
 *     server ─▶ │ pipe │ ─▶ reader        FIN: the clean end. A reset: the throw of the socket's error
 *     server ◀─ │ pipe │ ◀─ writer        end(): FIN. fail(reason): a reset, behind what was sent
 *
 * It is closed when both have ended, or one has failed: half of a broken connection is of no use. A reader that is
 * cancelled resets it as well.
 */
export class Tunnel {
  /** What the server sends. */
  readonly reader: PipeReader;
  /** What goes to the server; `false` and `ready()` say how fast it takes it. */
  readonly writer: PipeWriter;
  /** Settles when nothing is left of it. Never rejects. */
  readonly closed: Promise<TunnelSummary>;
  readonly #duplex: Duplex;
  readonly #incoming: PipeWriter;
  readonly #outgoing: PipeReader;
  readonly #movesChunks: boolean;
  readonly #onPaused: (isPaused: boolean) => void;
  #isPaused = false;
  /** Lets the sending go on: there is room again, or nobody to send to. */
  #goOn: (() => void) | undefined;

  constructor(duplex: Duplex, { strategy, pipe, movesChunks, onPaused }: TunnelOptions) {
    const incoming = createPipe(strategy, {
      ...pipe,
      source: {
        pause: () => {
          duplex.pause();
          this.#setPaused(true);
        },
        resume: () => {
          duplex.resume();
          this.#setPaused(false);
        },
        cancel: (reason) => this.destroy(reason),
      },
    });
    const outgoing = createPipe(strategy, pipe);
    this.reader = incoming.reader;
    this.writer = outgoing.writer;
    this.#incoming = incoming.writer;
    this.#outgoing = outgoing.reader;
    this.#duplex = duplex;
    this.#movesChunks = movesChunks;
    this.#onPaused = onPaused;
    this.closed = this.#whenClosed();
    this.#listen();
    void this.#send();
  }

  /** Resets the connection, for both directions. Does nothing when it is closed. */
  destroy(reason: unknown = new PipeError('ERR_PIPE_CANCELLED', 'the tunnel was destroyed')): void {
    this.#setPaused(false);
    this.#incoming.fail(reason);
    this.#outgoing.cancel(reason);
    // So that the server cannot take what it has for the whole.
    resetConnection(this.#duplex);
  }

  #listen(): void {
    const duplex = this.#duplex;
    // A FIN from the server ends one direction, not both.
    duplex.allowHalfOpen = true;
    duplex.on('error', (error) => this.#lose(error));
    duplex.on('close', () =>
      this.#lose(new PipeError('ERR_PIPE_UNEXPECTED_END', 'the connection of the tunnel was closed')),
    );
    failOnReset(duplex);
    duplex.on('end', () => {
      // One that is reset may say so as well, and `error` says why.
      if (duplex.errored) return;
      this.#setPaused(false);
      this.#incoming.end();
    });
    duplex.on('drain', () => this.#goOn?.());
    duplex.on('data', (chunk: Uint8Array) => this.#receive(chunk));
    duplex.resume();
  }

  #receive(chunk: Uint8Array): void {
    if (this.#movesChunks) writeRead(this.#incoming, chunk, Infinity);
    else this.#incoming.writeCopy(chunk);
  }

  /** The connection is gone: what had ended before keeps its end. */
  #lose(error: unknown): void {
    this.#setPaused(false);
    this.#incoming.fail(error);
    this.#outgoing.cancel(error);
    this.#goOn?.();
  }

  #setPaused(isPaused: boolean): void {
    if (isPaused === this.#isPaused) return;
    this.#isPaused = isPaused;
    this.#onPaused(isPaused);
  }

  async #send(): Promise<void> {
    const duplex = this.#duplex;
    try {
      for await (const chunk of this.#outgoing) {
        if (duplex.write(chunk)) continue;
        await new Promise<void>((resolve) => {
          this.#goOn = resolve;
        });
      }
      duplex.end();
    } catch (reason) {
      // What was written before the failure goes out first.
      if (!duplex.destroyed) duplex.write('', () => this.destroy(reason));
    }
  }

  async #whenClosed(): Promise<TunnelSummary> {
    const [received, sent] = await Promise.all([this.#incoming.closed, this.writer.closed]);
    return { received, sent };
  }
}
