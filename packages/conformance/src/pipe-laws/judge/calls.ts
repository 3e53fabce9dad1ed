import type { OracleCall, OracleIterator } from '../../oracle.ts';

/** One iteration beside its model. */
export interface Iteration {
  /** `next` is answered `done` from now on. */
  isDone: boolean;
  /** It has thrown once, which is all it may. */
  hasThrown: boolean;
  readonly model: OracleIterator;
}

/** A call that takes or lends bytes, from its start to its answer. */
export interface ReadCall {
  readonly text: string;
  readonly model: OracleCall;
  readonly iteration: Iteration | null;
  /** In the ledger; -1 for a peek. */
  readonly entry: number;
  /** The reason of its signal, once it has fired. */
  abortReason: { readonly reason: unknown } | null;
  /** It had been answered when its signal fired, so the signal must not matter any more. */
  isTooLateToAbort: boolean;
  /** It was under way when its iteration was left: what was decided before still arrives. */
  wasUnderWay: boolean;
}

/** Any other promise: `return()`, `ready()`, the disposal. */
export interface OtherCall {
  readonly text: string;
  /** Whether it has to be settled by now. */
  isDue(): boolean;
}
