import { PipeError } from '@millrace/core';
import type { Duplex } from 'node:stream';
import { errors, type Dispatcher } from 'undici';
import { declaredBytes } from './framing.ts';
import type { HeaderRecord } from './header-record.ts';

/**
 * The body of a refusal that undici hands over as a bare stream: the answer to a `CONNECT`, or to an upgrade over
 * HTTP/2. Read as far as it says itself where it ends; a chunked one would have to be parsed, and fails instead.
 */
export class BareBody implements Dispatcher.DispatchController {
  readonly aborted = false;
  readonly reason = null;
  readonly rawHeaders: Dispatcher.DispatchController['rawHeaders'] & {};
  readonly #duplex: Duplex;

  constructor(duplex: Duplex, rawHeaders: Dispatcher.DispatchController['rawHeaders']) {
    this.#duplex = duplex;
    this.rawHeaders = rawHeaders ?? {};
    duplex.on('error', () => {});
  }

  get paused(): boolean {
    return this.#duplex.isPaused();
  }

  pause(): void {
    this.#duplex.pause();
  }

  resume(): void {
    this.#duplex.resume();
  }

  abort(): void {
    this.#duplex.destroy();
  }

  /** Delivers it to `handler` as undici does with a response. */
  deliver(
    handler: Required<Pick<Dispatcher.DispatchHandler, BodyMethods>>,
    status: number,
    headers: HeaderRecord,
  ): void {
    const duplex = this.#duplex;
    handler.onResponseStart(this, status, headers);
    if (headers['transfer-encoding'] !== undefined) {
      handler.onResponseError(this, unparsedError());
      duplex.destroy();
      return;
    }
    let left = declaredBytes('GET', status, headers) ?? Infinity;
    const end = (): void => {
      handler.onResponseEnd(this, {});
      duplex.destroy();
    };
    if (left === 0) {
      end();
      return;
    }
    duplex.on('data', (chunk: Buffer) => {
      const part = chunk.subarray(0, left);
      left -= part.length;
      handler.onResponseData(this, part);
      if (left === 0) end();
    });
    // A declared length that is not reached is found out by the body itself.
    duplex.on('end', end);
    duplex.on('error', (error) => handler.onResponseError(this, error));
    duplex.on('close', () => handler.onResponseError(this, new errors.SocketError('closed before its end')));
    duplex.resume();
  }
}

type BodyMethods = 'onResponseStart' | 'onResponseData' | 'onResponseEnd' | 'onResponseError';

function unparsedError(): PipeError {
  return new PipeError('ERR_PIPE_STATE', 'the body of this refusal is chunked, and nobody has parsed it');
}
