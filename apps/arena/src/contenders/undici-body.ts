import type { CreatePipe, PipeFeature } from '@millrace/conformance';
import { Dispatcher, request } from 'undici';
import type { Claims } from '../contender.ts';
import { foreignPipe } from '../foreign-pipe.ts';
import type { TellSource } from '../foreign-pipe.ts';

const docs = 'https://github.com/nodejs/undici/blob/main/docs/docs/api/Dispatcher.md';

export const claims: Claims = {
  P1: `${docs}#dispatcherrequestoptions-callback`,
  P3: `${docs}#dispatcherdispatchoptions-handler`,
  P6: `${docs}#dispatcherrequestoptions-callback`,
  P13: `${docs}#dispatcherrequestoptions-callback`,
};

export const supports: readonly PipeFeature[] = ['fail', 'return', 'return-failed'];

type Handler = Dispatcher.DispatchHandler;

/** A response that is written by hand: a dispatcher of one's own is the public door for that. */
class HandWritten extends Dispatcher {
  readonly controller: Controller;
  handler!: Handler;

  constructor(tellSource: TellSource) {
    super();
    this.controller = new Controller(tellSource);
  }

  override dispatch(_options: Dispatcher.DispatchOptions, handler: Handler): boolean {
    this.handler = handler;
    handler.onRequestStart?.(this.controller, {});
    handler.onResponseStart?.(this.controller, 200, {}, 'OK');
    return true;
  }
}

class Controller implements Dispatcher.DispatchController {
  aborted = false;
  paused = false;
  reason: Error | null = null;
  readonly #tellSource: TellSource;

  constructor(tellSource: TellSource) {
    this.#tellSource = tellSource;
  }

  abort(reason: Error): void {
    this.aborted = true;
    this.reason = reason;
    this.#tellSource(reason);
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }
}

export const createPipe: CreatePipe = (_strategy, options) =>
  foreignPipe(options, (tellSource) => {
    const server = new HandWritten(tellSource);
    const response = request('http://localhost/', { dispatcher: server });
    const iterator = response.then(({ body }) => body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>);
    const { controller, handler } = server;
    return {
      write(chunk) {
        const { buffer, byteOffset, byteLength } = chunk;
        handler.onResponseData?.(controller, Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength));
        return !controller.paused;
      },
      end: () => handler.onResponseEnd?.(controller, {}),
      fail: (reason) => handler.onResponseError?.(controller, reason as Error),
      values: () => ({
        next: async () => (await iterator).next(),
        return: async () => (await iterator).return?.() ?? { done: true, value: undefined },
      }),
    };
  });
