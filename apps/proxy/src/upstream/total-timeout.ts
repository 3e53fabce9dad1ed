import { Refusal } from '../policy/refusal.ts';

/** A limit on a whole exchange. */
export interface TotalTimeout {
  /** Fires when `signal` does, and with a `Refusal` when the time is over. */
  readonly signal: AbortSignal;
  readonly hasFired: boolean;
  clear(): void;
}

/** @param timeoutMs 0: for ever. */
export function totalTimeout(timeoutMs: number, origin: string, signal: AbortSignal): TotalTimeout {
  if (timeoutMs === 0) return { signal, hasFired: false, clear: () => {} };
  const limit = new AbortController();
  const timer = setTimeout(() => {
    limit.abort(new Refusal(504, `The upstream ${origin} took longer than ${timeoutMs} ms in all.`));
  }, timeoutMs);
  return {
    signal: AbortSignal.any([signal, limit.signal]),
    get hasFired() {
      return limit.signal.aborted;
    },
    clear: () => clearTimeout(timer),
  };
}
