import type { InformationHandler } from '@millrace/client';
import type { PipeReader } from '@millrace/core';

/** What goes with the head of a request. */
export interface RequestParts {
  readonly body: PipeReader | null;
  /** Asked for when the body has been sent; flat. `undefined`: there can be none. */
  readonly trailers: (() => readonly string[]) | undefined;
  /** The body may be had only when the upstream has asked for it with `100 Continue`. */
  readonly expectContinue: boolean;
  /** The protocol to switch to, for a request without a body. */
  readonly upgrade?: string | undefined;
  readonly signal: AbortSignal;
  /** Told of each interim answer (1xx) before the answer. */
  readonly onInformation: InformationHandler;
  /** Told which server the request goes to, each time it is sent. */
  readonly onServer?: (origin: string) => void;
}
