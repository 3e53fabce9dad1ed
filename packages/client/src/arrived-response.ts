import type { Duplex } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { HeaderRecord } from './header-record.ts';

type Handler = Dispatcher.DispatchHandler;
type Controller = Dispatcher.DispatchController;

/**
 * Stands between undici and the handler of a response over HTTP/2, so that a slow reader loses nothing of what has come
 * whole. undici drops what waits in its streams when their connection closes, and a server that goes in good order
 * closes it behind the last byte that it has sent, read or not.
 *
 *     before the last byte   pause, resume ─▶ undici   what waits, waits in the stream
 *     from then on           pause, resume ─▶ here     undici has done with it; what waits, waits here
 *
 * That is no more than the stream held: what a server may send ahead, the window of a stream.
 */
export class ArrivedResponse implements Handler, Controller {
  readonly #handler: Handler;
  rawHeaders: NonNullable<Controller['rawHeaders']> | null = null;
  rawTrailers: NonNullable<Controller['rawTrailers']> | null = null;
  #controller: Controller | undefined;
  #hasArrived = false;
  #isPaused = false;
  /** Empty unless it is paused. */
  #waiting: Buffer[] = [];
  /** How many of those the handler has got. */
  #handedOn = 0;
  /** Tells the handler how it ended, when that has got what waits. */
  #end: (() => void) | undefined;
  /** Why it was given up, when undici had done with it. */
  #reason: Error | null = null;

  constructor(handler: Handler) {
    this.#handler = handler;
  }

  get paused(): boolean {
    return this.#isPaused;
  }

  get aborted(): boolean {
    return this.#reason !== null || this.#controller?.aborted === true;
  }

  get reason(): Error | null {
    return this.#reason ?? this.#controller?.reason ?? null;
  }

  /** The last byte has come. */
  arrive(): void {
    this.#hasArrived = true;
    this.#controller?.resume();
  }

  pause(): void {
    this.#isPaused = true;
    if (!this.#hasArrived) this.#controller?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#handOn();
    if (!this.#isPaused && !this.#hasArrived) this.#controller?.resume();
  }

  abort(reason: Error): void {
    const isHeld = this.#end !== undefined;
    this.#forget();
    if (!isHeld) {
      this.#controller?.abort(reason);
      return;
    }
    this.#reason = reason;
    this.#handler.onResponseError?.(this, reason);
  }

  onRequestStart(controller: Controller, context: unknown): void {
    this.#controller = controller;
    this.#handler.onRequestStart?.(this, context);
  }

  onRequestUpgrade(controller: Controller, status: number, headers: HeaderRecord, socket: Duplex): void {
    this.rawHeaders = controller.rawHeaders ?? null;
    this.#handler.onRequestUpgrade?.(this, status, headers, socket);
  }

  onResponseStarted(): void {
    this.#handler.onResponseStarted?.();
  }

  onResponseStart(controller: Controller, status: number, headers: HeaderRecord, statusText?: string): void {
    this.rawHeaders = controller.rawHeaders ?? null;
    this.#handler.onResponseStart?.(this, status, headers, statusText);
  }

  onResponseData(_: Controller, chunk: Buffer): void {
    if (this.#isPaused) this.#waiting.push(chunk);
    else this.#handler.onResponseData?.(this, chunk);
  }

  onResponseEnd(controller: Controller, trailers: HeaderRecord): void {
    this.rawTrailers = controller.rawTrailers ?? null;
    this.#endBehindWaiting(() => this.#handler.onResponseEnd?.(this, trailers));
  }

  onResponseError(_: Controller, error: Error): void {
    this.#endBehindWaiting(() => this.#handler.onResponseError?.(this, error));
  }

  onBodySent(chunk: Buffer): void {
    this.#handler.onBodySent?.(chunk);
  }

  onRequestSent(): void {
    this.#handler.onRequestSent?.();
  }

  #endBehindWaiting(end: () => void): void {
    if (this.#waiting.length === 0) end();
    else this.#end = end;
  }

  #handOn(): void {
    try {
      while (this.#handedOn < this.#waiting.length && !this.#isPaused) {
        this.#handler.onResponseData?.(this, this.#waiting[this.#handedOn++] as Buffer);
      }
    } catch (error) {
      // As undici does, which called it before.
      this.abort(error as Error);
    }
    if (this.#handedOn < this.#waiting.length) return;
    const end = this.#end;
    this.#forget();
    end?.();
  }

  #forget(): void {
    this.#waiting = [];
    this.#handedOn = 0;
    this.#end = undefined;
  }
}
