import type { Refusal } from '../policy/refusal.ts';
import type { RequestParts } from './request-parts.ts';

/** A limit on a whole exchange, however many servers are asked. */
export interface TotalTimeout {
  /** Of the request, with a signal that also fires when the time is over: with `fired`. */
  readonly parts: RequestParts;
  readonly fired: Refusal | undefined;
  clear(): void;
}

/**
 * @param timeoutMs 0: for ever.
 * @param refusal Asked for when the time is over. `isPaused`: the server waits until its answer is taken.
 */
export function totalTimeout(
  timeoutMs: number,
  parts: RequestParts,
  refusal: (isPaused: boolean) => Refusal,
): TotalTimeout {
  if (timeoutMs === 0) return { parts, fired: undefined, clear: () => {} };
  const { signal, onPaused } = parts;
  const limit = new AbortController();
  let isPaused = false;
  let fired: Refusal | undefined;
  const timer = setTimeout(() => {
    if (limit.signal.aborted) return;
    fired = refusal(isPaused);
    limit.abort(fired);
  }, timeoutMs);
  // Not `AbortSignal.any`: it takes none but the platform's own, and holds them by weak references.
  const follow = (): void => limit.abort(signal.reason);
  if (signal.aborted) follow();
  else signal.addEventListener('abort', follow);
  return {
    parts: {
      ...parts,
      signal: limit.signal,
      onPaused: (paused) => {
        isPaused = paused;
        return onPaused(paused);
      },
    },
    get fired() {
      return fired;
    },
    clear() {
      clearTimeout(timer);
      signal.removeEventListener('abort', follow);
    },
  };
}
