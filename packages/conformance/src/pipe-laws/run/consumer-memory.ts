import { scribble } from '../../patterned-bytes.ts';
import { copyOf, sameBytes } from '../../same-bytes.ts';
import type { Outcome } from '../judge/outcome.ts';
import type { PipeJudge } from '../judge/pipe-judge.ts';
import { showChunk } from '../shown-bytes.ts';

/** Bytes whose content is checked again later: whoever got them may keep them. */
interface HeldBytes {
  readonly bytes: Uint8Array;
  readonly copy: Uint8Array;
}

/**
 * The memory that changed hands. What is the consumer's is overwritten at once and looked at again at the end: one
 * stroke shows aliasing in both directions. What is lent is looked at until the loan ends.
 */
export class ConsumerMemory {
  readonly #judge: PipeJudge;
  readonly #firstByte: number;
  readonly #held: HeldBytes[] = [];
  #lent: HeldBytes | null = null;
  /** Whether nothing has happened since that may reuse the lent memory. */
  #isLoanValid = false;
  /** How much of the loan is used up. */
  #lentFrom = 0;

  /** `firstByte`: the value that the stream's first byte has. */
  constructor(judge: PipeJudge, firstByte: number) {
    this.#judge = judge;
    this.#firstByte = firstByte;
  }

  /** The outcome with offsets into the stream for bytes, as the judge wants them. */
  receive(outcome: Outcome, isOwned: boolean, isTaking: boolean): Outcome {
    if (outcome.kind !== 'bytes') return outcome;
    const { bytes } = outcome;
    const offsets = this.#offsetsOf(bytes);
    if (isOwned) {
      scribble(bytes);
      this.#held.push({ bytes, copy: copyOf(bytes) });
    } else {
      this.#lent = { bytes, copy: copyOf(bytes) };
      this.#isLoanValid = true;
      this.#lentFrom = isTaking ? bytes.length : 0;
      // Known now, whether the oracle could foresee it or not.
      if (isTaking) this.#judge.oracle.viewed = bytes.length;
    }
    return { kind: 'bytes', bytes: offsets };
  }

  /** Lent bytes that are not used up. */
  get lentBytes(): number {
    return this.#lent === null ? 0 : this.#lent.bytes.length - this.#lentFrom;
  }

  /** Lent bytes are used up; answers what they are. */
  useUp(count: number): Uint8Array {
    const from = this.#lentFrom;
    this.#lentFrom += count;
    return this.#offsetsOf(this.#lent?.copy.subarray(from, from + count) ?? new Uint8Array(0));
  }

  /** The consumer makes a call that ends the promise of a view, but not the loan itself. */
  invalidateLoan(): void {
    this.#isLoanValid = false;
  }

  endLoan(): void {
    this.expectLentUntouched();
    this.#judge.oracle.viewed = 0;
    this.#lent = null;
    this.#lentFrom = 0;
  }

  expectLentUntouched(): void {
    if (this.#lent === null || !this.#isLoanValid) return;
    const { bytes, copy } = this.#lent;
    const isUntouched = sameBytes(bytes, copy);
    this.#judge.findings.expect(isUntouched, 'P16', `a lent view to stay ${showChunk(copy)}`, () =>
      showChunk(bytes),
    );
  }

  /** At the end of the schedule. */
  expectHeldUntouched(): void {
    for (const { bytes, copy } of this.#held) {
      const isUntouched = sameBytes(bytes, copy);
      this.#judge.findings.expect(
        isUntouched,
        'P1',
        'what was given to stay the consumer’s',
        () => 'it changed',
      );
    }
  }

  #offsetsOf(bytes: Uint8Array): Uint8Array {
    return Uint8Array.from(bytes, (byte) => byte - this.#firstByte);
  }
}
