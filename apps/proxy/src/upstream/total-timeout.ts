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
  let hasFired = false;
  const timer = setTimeout(() => {
    hasFired = !limit.signal.aborted;
    limit.abort(new Refusal(504, `The upstream ${origin} took longer than ${timeoutMs} ms in all.`));
  }, timeoutMs);
  // Not `AbortSignal.any`: it takes none but the platform's own, and holds them by weak references.
  const follow = (): void => limit.abort(signal.reason);
  if (signal.aborted) follow();
  else signal.addEventListener('abort', follow);
  return {
    signal: limit.signal,
    get hasFired() {
      return hasFired;
    },
    clear() {
      clearTimeout(timer);
      signal.removeEventListener('abort', follow);
    },
  };
}
