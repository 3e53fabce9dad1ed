/**
 * Where a pipe stands. The first terminal call wins; later ones do nothing [P2, P4].
 *
 *     open ─▶ ended       every accepted byte is still delivered, then the end
 *          ─▶ failed      every accepted byte is still delivered, then the reason
 *          ─▶ cancelled   undelivered bytes are discarded at once
 *
 * Two later moves exist, both because undelivered bytes can no longer arrive whole: an ended or failed pipe
 * is *cancelled* while bytes wait, or an ended one *fails* when a chunk it holds turns out to be detached.
 * A pipe that has nothing left to deliver is settled and moves no more.
 */
export type PipeState = 'open' | 'ended' | 'failed' | 'cancelled';

export type PipeOutcome = Exclude<PipeState, 'open'>;

/** What became of a body: settled when its last accepted byte was delivered or discarded. */
export interface PipeSummary {
  readonly outcome: PipeOutcome;
  /** Why, when `failed` or `cancelled`; by identity. `undefined` when `ended`. */
  readonly reason: unknown;
  /** Bytes accepted from the producer: `written = delivered + discarded`. */
  readonly written: number;
  /** Bytes the consumer got. */
  readonly delivered: number;
  /** Accepted bytes that the consumer will never get. */
  readonly discarded: number;
  /** What a hook, or `clear` of the store, threw when nothing could fail any more; absent when none did. */
  readonly hookError?: unknown;
}
