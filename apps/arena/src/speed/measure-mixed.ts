import { ChunkPool } from './chunk-pool.ts';
import { consumeIn } from './consume/consume-in.ts';
import type { SpeedContender } from './contender.ts';
import type { Budget, Measured } from './job.ts';
import { transferOf } from './measure-transfer.ts';
import { sample } from './sample.ts';
import { canWait, modes, regimes, transfer } from './workload.ts';

const KIB = 1024;
const sizes = [64, KIB, 16 * KIB] as const;
const dailyRegimes = regimes.filter((regime) => regime !== 'ahead-1m');
/** Chunks of a body: most bodies are short. */
const CHUNKS = 256;

/**
 * Nanoseconds per chunk on a mixed day: bodies of every size and regime, read by `for await`. Between the samples,
 * outside of the time, all the others go through, and every other way of reading, so that no call site knows its caller.
 */
export function measureMixed(
  contender: SpeedContender,
  others: readonly SpeedContender[],
  budget: Budget,
): Promise<Measured> {
  const measured = everyBody(contender, ['for-await']);
  const around = [contender, ...others].flatMap((one) => everyBody(one, modes));
  async function prepare(): Promise<void> {
    for (const send of around) await send();
  }
  async function run(): Promise<void> {
    for (const send of measured) await send();
  }
  return sample({ prepare, run, things: measured.length * CHUNKS }, budget);
}

function everyBody(
  contender: SpeedContender,
  inModes: readonly (typeof modes)[number][],
): (() => Promise<void>)[] {
  return inModes
    .filter((mode) => consumeIn(contender, mode) !== undefined)
    .flatMap((mode) =>
      sizes.flatMap((size) =>
        dailyRegimes.filter((regime) => canWait(mode, regime)).map((regime) => ({ mode, size, regime })),
      ),
    )
    .map(({ mode, size, regime }) => {
      const workload = { ...transfer(mode, 'given', regime, size), chunks: CHUNKS };
      const pool = new ChunkPool(contender, workload);
      const send = transferOf(contender, workload, pool);
      return () => {
        pool.refresh();
        return send();
      };
    });
}
