/**
 * Looks for a delimiter in bytes that arrive in growing views, each byte once.
 *
 *     │ searched ……… ab│ not yet │        delimiter abc: matched = 2
 *
 *   I1  the `matched` bytes before `searched` are the front of the delimiter, and no longer front ends there
 *   I2  no delimiter ends at or before `searched`
 *
 * Knuth, Morris and Pratt's: a delimiter chosen by the other side cannot make it look twice.
 */
export class DelimiterSearch {
  readonly #delimiter: Uint8Array;
  /** For each front of the delimiter, the longest shorter one that also ends it. */
  readonly #borders: Uint32Array;
  #searched = 0;
  #matched = 0;

  constructor(delimiter: Uint8Array) {
    this.#delimiter = delimiter;
    this.#borders = bordersOf(delimiter);
  }

  /**
   * Goes on in the first `limit` bytes of `view`, which begins with the bytes of the view before.
   *
   * @returns How many bytes there are up to and with the delimiter; 0 when it has not come yet.
   */
  endIn(view: Uint8Array, limit: number = view.length): number {
    const delimiter = this.#delimiter;
    const bytes = limit < view.length ? view.subarray(0, limit) : view;
    let matched = this.#matched;
    let at = this.#searched;
    while (at < bytes.length) {
      if (matched === 0) {
        at = bytes.indexOf(delimiter[0]!, at);
        if (at === -1) break;
      }
      while (matched > 0 && bytes[at] !== delimiter[matched]) matched = this.#borders[matched - 1]!;
      if (bytes[at] === delimiter[matched]) matched += 1;
      at += 1;
      if (matched === delimiter.length) return at;
    }
    this.#searched = bytes.length;
    this.#matched = matched;
    return 0;
  }
}

function bordersOf(delimiter: Uint8Array): Uint32Array {
  const borders = new Uint32Array(delimiter.length);
  let border = 0;
  for (let at = 1; at < delimiter.length; at += 1) {
    while (border > 0 && delimiter[at] !== delimiter[border]) border = borders[border - 1]!;
    if (delimiter[at] === delimiter[border]) border += 1;
    borders[at] = border;
  }
  return borders;
}
