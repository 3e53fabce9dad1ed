import { nextMacrotask } from '../host.ts';
import type { Host } from '../host.ts';

/**
 * Bytes of real memory, heap and arrays, that what `make` returns keeps alive; `undefined` where the runtime
 * cannot tell. The least of up to three measurements, since noise only ever adds; one within `enough` will do.
 */
export async function retainedBytes(
  host: Host,
  enough: number,
  make: () => object,
): Promise<number | undefined> {
  const { memoryInUse } = host;
  if (memoryInUse === undefined || host.collectGarbage === undefined) return undefined;
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3 && least > enough; round += 1) {
    await settleMemory(host);
    const before = memoryInUse();
    const kept = [make()];
    await settleMemory(host);
    const after = memoryInUse();
    // Reading it here keeps it alive until after the measurement.
    if (kept.length === 1) least = Math.min(least, after - before);
  }
  return least;
}

/** Collects until finalizers and weak references have had their turns. */
export async function settleMemory(host: Host): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    await nextMacrotask(host);
    host.collectGarbage?.();
  }
}
