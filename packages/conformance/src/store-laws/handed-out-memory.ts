import { byteCount } from '../byte-count.ts';
import { mayBeKept } from './chunk-memory.ts';
import { smallScopeUpTo } from './script-families.ts';
import type { StoreScript } from './script.ts';
import { storeCase } from './store-case.ts';
import type { StoreCase } from './store-case.ts';
import { planWalks } from './store-plan.ts';
import type { StorePlan } from './store-plan.ts';
import type { ProbeFactory } from './store-run.ts';

/**
 * Each result either fills the memory behind it, or is the given view it came from: steady, showing at least
 * half of its memory, in a strategy that declares to pass chunks on, and handed out once.
 */
const aloneInItsMemory: ProbeFactory = (run) => {
  const { put, take } = run.strategy.traits;
  const mayPass = put === 'takes' && take === 'gives';
  const given = new Set<ArrayBufferLike>();
  return {
    afterPut(chunk, owned, memory) {
      if (owned && mayBeKept(memory)) given.add(chunk.buffer);
    },
    afterTake(bytes) {
      if (bytes.length === 0) return;
      const isGiven = given.delete(bytes.buffer);
      const isAlone = bytes.length === bytes.buffer.byteLength;
      const isRight = isGiven ? mayPass : isAlone;
      run.expect(isRight, 'S10', () => [
        isGiven
          ? `a copy, since the strategy declares put: ${put}, take: ${take}`
          : 'a result alone in its memory',
        isGiven
          ? 'the given chunk itself'
          : `${byteCount(bytes.length)} in a buffer of ${bytes.buffer.byteLength}`,
      ]);
    },
  };
};

/** S10, and the declared traits `put` and `take` as far as results show them. */
export function handedOutMemoryCases(plan: StorePlan): readonly StoreCase[] {
  const { profile } = plan;
  const law = 'S10';
  const ask = (label: string, title: string, scripts: () => Iterable<StoreScript>): StoreCase =>
    storeCase(plan, { law, label, title, probe: aloneInItsMemory, isStress: false, scripts });
  return [
    ask('S10.scope', 'every result of every short script is alone in its memory', () =>
      smallScopeUpTo(Math.min(3, profile.storeScopeDepth)),
    ),
    ask('S10.walks', 'every result of long walks is alone in its memory', () => planWalks(plan, 8)),
  ];
}
