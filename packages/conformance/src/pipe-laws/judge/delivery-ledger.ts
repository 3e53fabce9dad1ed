import { byteCount } from '../../byte-count.ts';
import { showChunk, showOffsets } from '../shown-bytes.ts';

/**
 * What the consumer has really got, as stream offsets. Bodies of scripts are shorter than 256 bytes and the
 * byte at an offset is the offset itself, so every byte says where it belongs, and no prediction is needed:
 * the ledger judges pipes that decide late as well as those that decide at once.
 */
export class DeliveryLedger {
  readonly #entries: { from: number; to: number; isOpen: boolean }[] = [];

  /** Opens an entry for a call that takes bytes, in the order of the calls. */
  open(): number {
    return this.#entries.push({ from: -1, to: -1, isOpen: true }) - 1;
  }

  /** The call got nothing: it ended, failed or would have waited. */
  close(id: number): void {
    const entry = this.#entries[id];
    if (entry !== undefined) entry.isOpen = false;
  }

  /** Writes down the bytes of a call; answers what is wrong with them, if anything is. */
  record(id: number, bytes: Uint8Array, accepted: number): string | null {
    const entry = this.#entries[id];
    const [from = 0] = bytes;
    if (entry === undefined) return null;
    if (bytes.some((byte, index) => byte !== ((from + index) & 0xff)))
      return `${showChunk(bytes)}, which do not follow one another`;
    const to = from + bytes.length;
    if (to > accepted) return `${showOffsets(from, to)} of ${byteCount(accepted)} accepted`;
    entry.from = from;
    entry.to = to;
    entry.isOpen = false;
    for (const [other, { from: otherFrom, to: otherTo }] of this.#entries.entries()) {
      if (otherTo < 0 || other === id) continue;
      const isOrdered = other < id ? otherTo <= from : to <= otherFrom;
      if (!isOrdered)
        return `${showOffsets(from, to)} beside ${showOffsets(otherFrom, otherTo)} of ${other < id ? 'an earlier' : 'a later'} call`;
    }
    return null;
  }

  /** Bytes got so far. */
  get delivered(): number {
    return this.#entries.reduce((sum, { from, to }) => sum + to - from, 0);
  }

  /** Which of the accepted bytes nobody has got: `the bytes at offsets 3 to 4`. */
  missing(accepted: number): string {
    const spans: string[] = [];
    let next = 0;
    for (const { from, to } of [...this.#entries, { from: accepted, to: accepted }]) {
      if (to < 0) continue;
      if (from > next) spans.push(showOffsets(next, from));
      next = to;
    }
    return spans.join(', ');
  }

  /** Whether a call that may still bring bytes is under way. */
  get hasOpen(): boolean {
    return this.#entries.some(({ isOpen }) => isOpen);
  }

  /** The first offset that was skipped, once nothing is under way; -1 when there is no gap. */
  get gap(): number {
    let next = 0;
    for (const { from, to } of this.#entries) {
      if (to < 0) continue;
      if (from !== next) return next;
      next = to;
    }
    return -1;
  }
}
