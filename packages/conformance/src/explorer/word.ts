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

/**
 * Every word over {P, p, C, c} × {D, nothing} that reaches a place within one generation, by the number of gaps
 * that are nothing. A `p` or `c` shows only where the next operation follows at once, so it stands only there.
 */
export function* slotWords(p: number, c: number): Generator<Word> {
  for (let joined = 1; joined < p + c; joined += 1) {
    for (const order of orders(p, c)) yield* withSlots(order, 0, '', joined, false);
  }
}

function* withSlots(
  order: string,
  at: number,
  before: string,
  joined: number,
  hasSlot: boolean,
): Generator<Word> {
  const letter = order.charAt(at);
  const gapsLeft = order.length - at - 1;
  if (gapsLeft === 0) {
    if (hasSlot) yield `${before}${letter}`;
    return;
  }
  if (joined < gapsLeft) yield* withSlots(order, at + 1, `${before}${letter}D`, joined, hasSlot);
  if (joined === 0) return;
  yield* withSlots(order, at + 1, `${before}${letter.toLowerCase()}`, joined - 1, true);
  yield* withSlots(order, at + 1, `${before}${letter}`, joined - 1, hasSlot);
}

/**
 * Every word in which some producer operations run inside a reaction (`R`) or inside a resolving (`X`), by how
 * many they are.
 */
export function* reentrantWords(p: number, c: number): Generator<Word> {
  for (let wanted = 1; wanted <= p; wanted += 1) {
    for (const order of orders(p, c)) yield* withReentry(order, 0, '', wanted);
  }
}

function* withReentry(order: string, at: number, before: string, wanted: number): Generator<Word> {
  if (at === order.length) {
    if (wanted === 0) yield before;
    return;
  }
  const letter = order.charAt(at);
  if (letter === 'P' && wanted > 0) {
    yield* withReentry(order, at + 1, `${before}RD`, wanted - 1);
    // What comes next must be what resolves, so nothing lies between it and an X.
    yield* withReentry(order, at + 1, `${before}X`, wanted - 1);
  }
  yield* withReentry(order, at + 1, `${before}${letter}D`, wanted);
}
