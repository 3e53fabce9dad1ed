import type { Depths } from './adaptive-words.ts';
import type { Word } from './word.ts';

/** What is written down for one word: a digit for each gap that may still be changed, those behind the last change. */
export function encodeDepths(word: Word, depths: Depths): string {
  const [first, last] = openGaps(word);
  return depths
    .slice(first, last)
    .map((depth) => depth.toString(36))
    .join('');
}

/** Reads depths back, word by word, in the order in which they were written. */
export class DepthReader {
  readonly #digits: string;
  #at = 0;

  constructor(digits: string) {
    this.#digits = digits;
  }

  /** Gaps that nothing was written for are not looked at any more, so they read 0. */
  next(word: Word): Depths {
    const [first, last] = openGaps(word);
    const open = this.#digits.slice(this.#at, this.#at + last - first);
    this.#at += open.length;
    return [
      ...Array.from({ length: first }, () => 0),
      ...Array.from(open, (digit) => Number.parseInt(digit, 36)),
    ];
  }
}

/** The `D`s of a word behind its last other gap, as a range among all its `D`s. */
function openGaps(word: Word): readonly [first: number, last: number] {
  const last = word.split('D').length - 1;
  const behind = /(?:D[PC])*$/.exec(word)?.[0].length ?? 0;
  return [last - behind / 2, last];
}
