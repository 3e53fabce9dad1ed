/** Counts the listeners of a signal; the answer says how many are left while it has not fired [P17]. */
export function countListeners(signal: AbortSignal): () => number {
  const listeners = new Set<unknown>();
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  Object.assign(signal, {
    addEventListener(...args: Parameters<AbortSignal['addEventListener']>) {
      listeners.add(args[1]);
      add(...args);
    },
    removeEventListener(...args: Parameters<AbortSignal['removeEventListener']>) {
      listeners.delete(args[1]);
      remove(...args);
    },
  });
  return () => (signal.aborted ? 0 : listeners.size);
}
