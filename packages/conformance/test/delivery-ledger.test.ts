import { describe, expect, it } from 'vitest';
import { DeliveryLedger } from '../src/pipe-laws/judge/delivery-ledger.ts';

const accepted = 6;

/** What is wrong with the last of these chunks, each of a call of its own. */
function problemOf(...chunks: readonly (readonly number[])[]): string | null {
  const ledger = new DeliveryLedger();
  return chunks.reduce<string | null>(
    (_, chunk) => ledger.record(ledger.open(), Uint8Array.from(chunk), accepted),
    null,
  );
}

describe('the ledger tells values from places and from counts', () => {
  it('where bytes came that nobody wrote', () => {
    expect(problemOf([0, 1], [2, 3, 4, 5, 6])).toBe('the bytes at offsets 2 to 6 of 6 bytes accepted');
  });

  it('where a chunk is not in one piece', () => {
    expect(problemOf([0, 2])).toBe('2 bytes [0 2], which do not follow one another');
  });

  it('where a byte came twice', () => {
    expect(problemOf([0, 1], [1])).toBe(
      'the byte at offset 1 beside the bytes at offsets 0 to 1 of an earlier call',
    );
  });

  it('where nothing is wrong', () => {
    expect(problemOf([0, 1], [2, 3, 4, 5])).toBeNull();
  });

  it('where bytes are missing, each stretch of them', () => {
    const ledger = new DeliveryLedger();
    ledger.record(ledger.open(), Uint8Array.of(1), accepted);
    ledger.record(ledger.open(), Uint8Array.of(4, 5), accepted);
    expect(ledger.missing(accepted)).toBe('the byte at offset 0, the bytes at offsets 2 to 3');
  });
});
