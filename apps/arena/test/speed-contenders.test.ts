import { loadStrategy } from '@millrace/core';
import { describe, expect, test } from 'vitest';
import { consumeIn } from '../src/speed/consume/consume-in.ts';
import type { SpeedContender, SpeedContenderModule } from '../src/speed/contender.ts';
import { speedContenders } from '../src/speed/contenders.ts';
import type { SpeedEntry } from '../src/speed/contenders.ts';
import { verifyTransfer } from '../src/speed/verify-transfer.ts';
import { canWait, modes, regimes, transfer } from '../src/speed/workload.ts';
import type { Ownership, TransferWorkload } from '../src/speed/workload.ts';

const onThisNode = speedContenders.filter(({ flags26 }) => flags26 === undefined);

async function make({ file, strategy }: SpeedEntry): Promise<SpeedContender> {
  const { makeContender } = (await import(file.href)) as SpeedContenderModule;
  return makeContender(
    await loadStrategy(strategy ?? '@millrace/chunk-queue', { import: (specifier) => import(specifier) }),
  );
}

/** A short body of each size that the mode may take for a special one. */
function workloadsIn(mode: (typeof modes)[number], ownership: Ownership): readonly TransferWorkload[] {
  return regimes
    .filter((regime) => canWait(mode, regime))
    .flatMap((regime) =>
      [[64, 130] as const, [1024, 130] as const, [65_536, 5] as const].map(([size, chunks]) => ({
        ...transfer(mode, ownership, regime, size),
        chunks,
      })),
    );
}

describe.each(onThisNode.map((entry) => [entry.id, entry] as const))('%s', (_, entry) => {
  test.each(modes)('delivers every byte by %s, whenever they come', async (mode) => {
    const contender = await make(entry);
    const workloads = [...workloadsIn(mode, 'given'), ...workloadsIn(mode, 'reused')];
    const asked = consumeIn(contender, mode) === undefined ? [] : workloads;
    for (const workload of asked)
      await expect(verifyTransfer(contender, workload), workload.id).resolves.toBeUndefined();
  });
});

describe('the checksum', () => {
  const given = { ...transfer('for-await', 'given', 'bursts-8', 1024), chunks: 24 };
  const reused = { ...transfer('for-await', 'reused', 'bursts-8', 1024), chunks: 24 };

  /** The queue that people write by hand, with one thing wrong. */
  async function broken(changes: Partial<SpeedContender>): Promise<SpeedContender> {
    const entry = speedContenders.find(({ id }) => id === 'naive-generator');
    if (entry === undefined) throw new Error('there is no naive-generator');
    return { ...(await make(entry)), ...changes };
  }

  test('is satisfied by the queue as it is', async () => {
    const contender = await broken({});
    await expect(verifyTransfer(contender, given)).resolves.toBeUndefined();
    await expect(verifyTransfer(contender, reused)).resolves.toBeUndefined();
  });

  test('sees memory that was kept while the producer wrote on', async () => {
    const { write } = await broken({});
    const contender = await broken({ writeCopy: write });
    await expect(verifyTransfer(contender, reused)).rejects.toThrow(/other bytes/);
  });

  test('sees a byte that was changed', async () => {
    const { write } = await broken({});
    const contender = await broken({
      write(body, chunk) {
        chunk[7] = 0;
        return write(body, chunk);
      },
    });
    await expect(verifyTransfer(contender, given)).rejects.toThrow(/other bytes/);
  });

  test('sees chunks that changed places', async () => {
    const { write } = await broken({});
    let held: Uint8Array | undefined;
    const contender = await broken({
      write(body, chunk) {
        const before = held;
        held = before === undefined ? chunk : undefined;
        return before === undefined || (write(body, chunk) && write(body, before));
      },
    });
    await expect(verifyTransfer(contender, given)).rejects.toThrow(/other bytes/);
  });

  test('is not asked when bytes are missing', async () => {
    const { write, end } = await broken({});
    let written = 0;
    const contender = await broken({
      write(body, chunk) {
        if (++written < 24) return write(body, chunk);
        end(body);
        return true;
      },
    });
    await expect(verifyTransfer(contender, given)).rejects.toThrow('It delivered 23552 of 24576 bytes');
  });
});
