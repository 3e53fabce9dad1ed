/**
 * A schedule: which side goes next, and how much of the microtask queue runs in between.
 *
 * - `P`, `C`: the producer, the consumer does its next operation now.
 * - `p`, `c`: the same, but the driver queues its own next turn first, so that the next token runs between the
 *   jobs that were queued before and those that this operation queues.
 * - `t`: one generation of microtasks runs. `D`: all of them do, and a macrotask passes.
 * - `R`: the producer's next operation runs inside the consumer's next reaction.
 * - `X`: it runs inside the pipe's next resolving of a promise, synchronously.
 */
export type Word = string;

/** What lies between two operations, from the calmest on. A `D` is what an ordinary test does: no deviation. */
export type Gap = 'D' | '' | 't' | 'tt' | 'ttt';

/** Every order of `p` producer and `c` consumer operations, as a string of `P` and `C`. */
export function* orders(p: number, c: number, before: string = ''): Generator<string> {
  if (p === 0 && c === 0) {
    yield before;
    return;
  }
  if (p > 0) yield* orders(p - 1, c, `${before}P`);
  if (c > 0) yield* orders(p, c - 1, `${before}C`);
}

/**
 * Every word over `gaps`, by the number of gaps that are not `D`, up to `deviations`: defects need few of
 * them, so most are found long before the end, and what is found first is nearly minimal.
 */
export function* wordsByDeviation(
  p: number,
  c: number,
  gaps: readonly Gap[],
  deviations: number,
): Generator<Word> {
  const most = Math.min(deviations, p + c - 1);
  for (let wanted = 0; wanted <= most; wanted += 1) {
    for (const order of orders(p, c)) yield* withGaps(order, 1, order.slice(0, 1), wanted, gaps);
  }
}

function* withGaps(
  order: string,
  at: number,
  before: string,
  wanted: number,
  gaps: readonly Gap[],
): Generator<Word> {
  if (at >= order.length) {
    if (wanted === 0) yield before;
    return;
  }
  const places = order.length - at;
  const letter = order[at] ?? '';
  if (wanted < places) yield* withGaps(order, at + 1, `${before}D${letter}`, wanted, gaps);
  if (wanted === 0) return;
  for (const gap of gaps) {
    if (gap !== 'D') yield* withGaps(order, at + 1, `${before}${gap}${letter}`, wanted - 1, gaps);
  }
}

/** Every word over {P, p, C, c} × {D, nothing}: reaches the places within one generation. */
export function* slotWords(p: number, c: number): Generator<Word> {
  for (const order of orders(p, c)) {
    const variants = 4 ** order.length;
    for (let variant = 0; variant < variants; variant += 1) {
      let word = '';
      for (let index = 0; index < order.length; index += 1) {
        const bits = (variant >> (2 * index)) & 3;
        const letter = order[index] ?? '';
        word += `${(bits & 2) !== 0 && index > 0 ? 'D' : ''}${(bits & 1) === 0 ? letter : letter.toLowerCase()}`;
      }
      // The first letter has no gap before it: its second bit would only repeat a word.
      if ((variant & 2) === 0) yield word;
    }
  }
}

/** Every word in which some producer operations run inside a reaction (`R`) or inside a resolving (`X`). */
export function* reentrantWords(p: number, c: number): Generator<Word> {
  for (const order of orders(p, c)) {
    const places = order.split('').flatMap((letter, index) => (letter === 'P' ? [index] : []));
    for (let chosen = 1; chosen < 3 ** places.length; chosen += 1) {
      let left = chosen;
      const letters = order.split('');
      for (const place of places) {
        letters[place] = ['P', 'R', 'X'][left % 3] ?? 'P';
        left = Math.floor(left / 3);
      }
      // What comes next must be what resolves, so nothing lies between it and an X.
      yield letters.map((letter) => (letter === 'X' ? letter : `${letter}D`)).join('');
    }
  }
}
