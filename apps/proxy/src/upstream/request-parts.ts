import type { InformationHandler, PauseHandler } from '@millrace/client';
import type { PipeReader } from '@millrace/core';

/** What goes with the head of a request. */
export interface RequestParts {
  readonly body: PipeReader | null;
  /** Asked for when the body has been sent; flat. `undefined`: there can be none. */
  readonly trailers: (() => readonly string[]) | undefined;
  /** Whether the client has said that trailers are welcome. */
  readonly acceptTrailers: boolean;
  /** The body may be had only when the upstream has asked for it with `100 Continue`. */
  readonly expectContinue: boolean;
  /** The protocol to switch to, for a request without a body. */
  readonly upgrade?: string | undefined;
  readonly signal: AbortSignal;
  /** Told of each interim answer (1xx) before the answer. */
  readonly onInformation: InformationHandler;
  /** Told when the server is paused since its answer is read more slowly than it comes, and when not any more. */
  readonly onPaused: PauseHandler;
  /** Told which server the request goes to, each time it is sent. */
  readonly onServer?: (origin: string) => void;
}
