import type { Writable } from 'node:stream';
import { PipeError } from '../errors.ts';
import type { PipeOutcome } from '../lifecycle.ts';
import { checkOptionNames, optionNames } from '../option-names.ts';
import { checkReader, checkStream } from '../pipe-halves.ts';
import type { PipeReader } from '../pipe-reader.ts';
import { hasNoBody, isHttp2, readEndedRequest, wasGivenUp, writableOf } from './http2-message.ts';
import { mayLendTo } from './may-lend-to.ts';
import { asNodeError } from './node-reason.ts';
import { breakConnection, requireDeclaredLength } from './response-framing.ts';

export interface SendBodyOptions {
  /** Called when the last byte of a whole body has been written, before `end()`: the place to add trailers. */
  beforeEnd?: () => void;
}

const names = optionNames<SendBodyOptions>({ beforeEnd: true });

/** What became of a body that was to be sent. */
export interface SendSummary {
  /** `ended`: sent whole. `failed`: it broke off, or had another length than declared. `cancelled`: the receiver left. */
  readonly outcome: PipeOutcome;
  /** Why, when `failed` or `cancelled`; by identity. `undefined` when `ended`. */
  readonly reason: unknown;
  /** Bytes of the body that were written. */
  readonly sent: number;
}

/**
 * Sends a body as a `http.ServerResponse`, or to any other Node `Writable`, no faster than that takes it, and ends it.
 *
 * - A body that fails, or is shorter or longer than the declared Content-Length, **destroys** the response, with the
 *   reason, once every byte before it has been sent. It is never ended cleanly: the receiver sees a broken connection.
 *   Where only the end of the connection marks the end of the body (HTTP/1.0), the connection is reset.
 * - When the receiver leaves, the pipe is cancelled at once, with the response's error or an `ERR_PIPE_CANCELLED`.
 *
 * Over HTTP/1 large pieces are lent to Node and stay in the pipe until they are with the system, so that a slow receiver
 * costs what the pipe's marks say, and no strategy copies them out. Small ones are taken, and many written at once.
 *
 * @returns Settles when the last byte has been handed to the system or never will be. Never rejects.
 */
export function sendBody(
  reader: PipeReader,
  response: Writable,
  options: SendBodyOptions = {},
): Promise<SendSummary> {
  checkReader('sendBody()', reader);
  checkStream('what sendBody() sends to', response, 'on', 'a Writable of Node');
  checkOptionNames('sendBody()', options, names);
  return new BodySender(reader, response, options).run();
}

/** From here on it pays to wait until a piece is with the system, instead of copying it and writing on. */
const LEAST_LENT_BYTES = 12_288;

/**
 * Over HTTP/2 no piece is longer: of a hundred streams whose receiver does not read, a session holds 9 MB, and it may hold
 * 10. What one long read of a socket brings is shorter, and so not cut, which would be a copy.
 */
const MOST_HTTP2_BYTES = 73_728;

/**
 *     small   tryRead ─▶ write ─▶ tryRead ─▶ write …   until the response wants no more
 *     large   views() ─▶ write ─▶ written ─▶ views() … one at a time
 *
 * What is lent must not change before Node has done with it: when its callback says so, or the connection is closed.
 * What `views()` lends outlives a cancel of the pipe for that very reason [P14].
 */
class BodySender {
  readonly #reader: PipeReader;
  #views: AsyncIterator<Uint8Array> | undefined;
  readonly #response: Writable;
  /** What tells how the response ends. */
  readonly #writable: Writable;
  readonly #options: SendBodyOptions;
  readonly #dropsBody: boolean;
  /** Of one piece. */
  readonly #mostBytes: number | undefined;
  /** What `#views` lent last is, or may be, still with Node. */
  #isLent = false;
  #isClosed = false;
  /** The response has a body that is not sent whole yet. */
  #isOwing: boolean;
  #sent = 0;
  /** Writes that Node has not reported to be through. */
  #underWay = 0;
  /** Whether it reports them. A middleware that has put a `write` of its own in its place may drop the callbacks. */
  #isReporting: boolean;
  /** The last write has been answered with `false`. Asked of what wrote, which need not be the response itself. */
  #needsDrain = false;
  /** Why the body broke off, while what was written before is still under way. */
  #failure: { readonly reason: unknown } | undefined;
  #isSettled = false;
  #resolve!: (summary: SendSummary) => void;
  /** Lets the wait for room, or for the writes under way, be looked at again. */
  #recheck: (() => void) | undefined;

  constructor(reader: PipeReader, response: Writable, options: SendBodyOptions) {
    this.#reader = reader;
    this.#response = response;
    this.#writable = writableOf(response);
    this.#dropsBody = hasNoBody(response);
    this.#mostBytes = isHttp2(response) ? MOST_HTTP2_BYTES : undefined;
    this.#isOwing = !this.#dropsBody;
    this.#options = options;
    this.#isReporting = !Object.hasOwn(response, 'write');
  }

  run(): Promise<SendSummary> {
    const writable = this.#writable;
    return new Promise((resolve) => {
      this.#resolve = resolve;
      // Stays for good: an error that nobody listens to ends the process.
      writable.on('error', this.#onError);
      if (writable.destroyed) {
        this.#onClose();
        return;
      }
      this.#response.on('drain', this.#onDrain);
      writable.on('finish', this.#onFinish);
      writable.once('close', this.#onClose);
      requireDeclaredLength(this.#response);
      readEndedRequest(this.#response);
      void this.#send();
    });
  }

  async #send(): Promise<void> {
    try {
      while (!this.#isSettled) {
        if (this.#reader.size >= LEAST_LENT_BYTES && mayLendTo(this.#response)) {
          await this.#sendLent();
          continue;
        }
        const chunk = this.#reader.tryRead(this.#mostBytes);
        if (chunk === null) break;
        if (chunk === undefined) await this.#reader.peek();
        else if (!this.#dropsBody) this.#write(chunk);
        if (this.#needsDrain) await this.#drained();
      }
      if (this.#isSettled) return;
      this.#options.beforeEnd?.();
      this.#isOwing = false;
      this.#response.end();
    } catch (reason) {
      await this.#breakOff(reason);
    }
  }

  async #sendLent(): Promise<void> {
    this.#views ??= this.#reader.views({ preventCancel: true });
    const { value: view, done } = await this.#views.next();
    if (done === true) return;
    this.#isLent = true;
    // Gone while this waited for the step, which lends all the same.
    if (this.#isSettled) return this.#endLoan();
    if (view.length < LEAST_LENT_BYTES) {
      this.#write(new Uint8Array(view));
      if (this.#needsDrain) await this.#drained();
    } else {
      this.#write(view);
      await this.#until(() => this.#underWay === 0);
      // Destroyed: nothing more may be asked of the pipe before Node has done with what it lent.
      if (this.#underWay > 0) this.#leave(this.#writable.errored ?? receiverLeft());
    }
    // What is asked of the pipe next ends it.
    if (!this.#isSettled) this.#isLent = false;
  }

  /** Ends what is still lent when nothing more is sent, once Node has done with it. */
  #endLoan(): void {
    if (!this.#isLent || (this.#underWay > 0 && !this.#isClosed)) return;
    this.#isLent = false;
    void this.#views?.return?.();
  }

  #drained(): Promise<void> {
    return this.#until(() => !this.#needsDrain);
  }

  #write(chunk: Uint8Array): void {
    // That of a middleware may answer nothing.
    const goesOn: unknown = this.#response.write(chunk, this.#onWritten);
    this.#needsDrain = goesOn === false;
    this.#underWay += 1;
    this.#sent += chunk.length;
  }

  async #breakOff(reason: unknown): Promise<void> {
    if (this.#isSettled) return;
    this.#failure = { reason };
    // The body may be sound and only longer than declared: its source is to stop.
    this.#reader.cancel(reason);
    // One that has reported nothing by the next turn has nothing to wait for, or never will.
    if (!this.#isReporting) await new Promise(setImmediate);
    await this.#until(() => this.#underWay === 0 || (!this.#isReporting && !this.#needsDrain));
    this.#settle('failed', reason);
    breakConnection(this.#response, asNodeError(reason));
  }

  /** Waits for `isSo`, but no longer than until the response is closed. */
  async #until(isSo: () => boolean): Promise<void> {
    while (!this.#isSettled && !this.#writable.destroyed && !isSo()) {
      await new Promise<void>((resolve) => {
        this.#recheck = resolve;
      });
    }
  }

  #onDrain = (): void => {
    this.#needsDrain = false;
    this.#recheck?.();
  };

  #onWritten = (): void => {
    this.#isReporting = true;
    this.#underWay -= 1;
    if (this.#underWay > 0) return;
    if (this.#isSettled) this.#endLoan();
    else this.#recheck?.();
  };

  #onFinish = (): void => {
    if (wasGivenUp(this.#writable)) return this.#leave(receiverLeft());
    if (this.#isOwing) return this.#leave(endedEarly());
    this.#settle('ended', undefined);
    // Of a body that was to be dropped, the rest is of no use to anybody.
    this.#reader.cancel();
  };

  #onError = (error: unknown): void => {
    this.#leave(error);
  };

  #onClose = (): void => {
    this.#isClosed = true;
    if (this.#isSettled) this.#endLoan();
    // Of an answer to HEAD, Node does not say it.
    else if (this.#dropsBody && this.#writable.writableFinished) this.#onFinish();
    else this.#leave(this.#writable.errored ?? receiverLeft());
  };

  /** The receiver takes no more. A body that had broken off before is still said to have failed. */
  #leave(reason: unknown): void {
    if (this.#failure !== undefined) this.#settle('failed', this.#failure.reason);
    else this.#settle('cancelled', reason);
    this.#reader.cancel(reason);
  }

  #settle(outcome: PipeOutcome, reason: unknown): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#response.off('drain', this.#onDrain);
    this.#writable.off('finish', this.#onFinish);
    this.#recheck?.();
    this.#endLoan();
    this.#resolve({ outcome, reason, sent: this.#sent });
  }
}

function receiverLeft(): PipeError {
  return new PipeError(
    'ERR_PIPE_CANCELLED',
    'The receiver closed the connection before it had the whole body',
  );
}

function endedEarly(): PipeError {
  return new PipeError('ERR_PIPE_CANCELLED', 'Somebody else ended the response before it had the whole body');
}
