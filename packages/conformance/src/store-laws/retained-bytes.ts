import { nextMacrotask } from '../host.ts';
import type { Host } from '../host.ts';

/**
 * Bytes of real memory, heap and arrays, that what `make` returns keeps alive; `undefined` where the runtime
 * cannot tell. Something else may take memory meanwhile, or give some back, so two measurements have to agree on
 * which side of `enough` it is.
 */
export async function retainedBytes(
  host: Host,
  enough: number,
  make: () => object,
): Promise<number | undefined> {
  const { memoryInUse } = host;
  if (memoryInUse === undefined || host.collectGarbage === undefined) return undefined;
  const within: number[] = [];
  const beyond: number[] = [];
  while (within.length < 2 && beyond.length < 2) {
    const measured = await measureOnce(host, memoryInUse, make);
    (measured <= enough ? within : beyond).push(measured);
  }
  return Math.min(...(within.length === 2 ? within : beyond));
}

/** A function of its own: what one round has made must be gone before the next one starts. */
async function measureOnce(host: Host, memoryInUse: () => number, make: () => object): Promise<number> {
  await settleMemory(host);
  const before = memoryInUse();
  const kept = [make()];
  await settleMemory(host);
  const after = memoryInUse();
  // Reading it here keeps it alive until after the measurement.
  return kept.length === 1 ? after - before : 0;
}

/** Differences below this are the runtime's own comings and goings. */
const STEADY_BYTES = 64 * 1024;

/** Collects until finalizers and weak references have had their turns and the figures stand still: arrays are freed late. */
export async function settleMemory(host: Host): Promise<void> {
  let before = Number.POSITIVE_INFINITY;
  let quietRounds = 0;
  for (let round = 0; round < 12 && quietRounds < 2; round += 1) {
    await nextMacrotask(host);
    host.collectGarbage?.();
    const now = host.memoryInUse?.() ?? 0;
    quietRounds = Math.abs(before - now) < STEADY_BYTES ? quietRounds + 1 : 0;
    before = now;
  }
}
