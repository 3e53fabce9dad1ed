import type { Consume, SpeedContender } from '../contender.ts';
import type { Mode } from '../workload.ts';
import { collectByHand, fillByHand, textByHand } from './collect-by-hand.ts';
import { forAwait } from './for-await.ts';

/** Everything that `for await` can do for a body, for libraries that have nothing better. */
const byHand: Partial<Readonly<Record<Mode, Consume<AsyncIterable<Uint8Array>>>>> = {
  'for-await': forAwait,
  bytes: collectByHand,
  'bytes-known': fillByHand,
  text: textByHand,
};

/** How a contender is read in a mode; `undefined`: it has no such way. */
export function consumeIn({ consume, chunksOf }: SpeedContender, mode: Mode): Consume | undefined {
  const own = consume?.[mode];
  if (own !== undefined) return own;
  const generic = byHand[mode];
  // Who iterates over arrays of chunks has a `for-await` of its own, and nothing generic fits it.
  if (generic === undefined || chunksOf === undefined || consume?.['for-await'] !== undefined)
    return undefined;
  return (body, take, options) => generic(chunksOf(body) as AsyncIterable<Uint8Array>, take, options);
}
