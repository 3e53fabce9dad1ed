import { deepEqual, equal, ok } from 'node:assert/strict';
import { array, boolean, constant, constantFrom, nat, oneof, record } from 'fast-check';
import type { Arbitrary } from 'fast-check';
import type { CopyOnYieldStore } from '../src/copy-on-yield-store.ts';

const SCRIBBLE = 0xee;

export type Step =
  | { readonly call: 'put'; readonly count: number; readonly offset: number; readonly owned: boolean }
  | { readonly call: 'take' | 'takeInto' | 'drop'; readonly count: number }
  | { readonly call: 'takeAll' | 'peek' | 'clear' };

/** Any calls in any order; `count` says how many bytes a call moves. */
export function stepsOver(count: Arbitrary<number>, maxLength: number): Arbitrary<Step[]> {
  const put = record({ call: constant('put' as const), count, offset: nat(9), owned: boolean() });
  const call = constantFrom('take' as const, 'takeInto' as const, 'drop' as const);
  const step = oneof(
    { weight: 6, arbitrary: put },
    { weight: 3, arbitrary: record({ call, count }) },
    { weight: 3, arbitrary: constant({ call: 'peek' as const }) },
    { weight: 1, arbitrary: constantFrom({ call: 'takeAll' as const }, { call: 'clear' as const }) },
  );
  return array(step, { maxLength, size: 'max' });
}

/** Bytes of a stream, each different enough from its neighbours for a shift, a gap or a repeat to show. */
export function streamOf(): (count: number) => Uint8Array<ArrayBuffer> {
  let position = 0;
  return (count) => {
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count; at += 1, position += 1) bytes[at] = (position * 31 + (position >> 8)) & 0xff;
    return bytes;
  };
}

/**
 * One store beside a plain array that says what it must hold. Every source is scribbled over after it was put;
 * every taken chunk is scribbled over and kept, and every lent view is kept until its loan ends, to see that
 * the store leaves both alone.
 */
export class StoreWalk {
  readonly #store: CopyOnYieldStore;
  readonly #next = streamOf();
  readonly #model: number[] = [];
  readonly #taken: Uint8Array[] = [];
  readonly #takenBuffers = new Set<ArrayBufferLike>();
  #loans: { readonly view: Uint8Array; readonly expected: Uint8Array }[] = [];

  constructor(store: CopyOnYieldStore) {
    this.#store = store;
  }

  run(steps: readonly Step[]): void {
    for (const step of steps) {
      this.#call(step);
      this.#check();
    }
    equalBytes(this.#store.take(), this.#model);
    for (const bytes of this.#taken) equalBytes(bytes, new Uint8Array(bytes.length).fill(SCRIBBLE));
  }

  #call(step: Step): void {
    if (step.call === 'put') return this.#put(step.count, step.offset, step.owned);
    if (step.call === 'peek') return this.#peek();
    this.#loans = [];
    if (step.call === 'takeAll') return this.#keep(this.#store.take(), this.#model.length);
    if (step.call === 'take') return this.#keep(this.#store.take(step.count), step.count);
    if (step.call === 'takeInto') return this.#takeInto(step.count);
    if (step.call === 'drop') return this.#store.drop(this.#forget(step.count).length);
    this.#store.clear();
    this.#forget(this.#model.length);
    return equal(this.#store.cost, 0, 'cost after clear');
  }

  #check(): void {
    const { size, cost } = this.#store;
    this.#store.checkInvariants();
    equal(size, this.#model.length, 'size');
    ok(size <= cost && cost <= 2 * size + 16 * 1024, `cost ${cost} at size ${size}`);
    for (const { view, expected } of this.#loans) equalBytes(view, expected);
  }

  #put(count: number, offset: number, owned: boolean): void {
    const bytes = this.#next(count);
    const source = new Uint8Array(offset + count + 3).fill(0xcc);
    source.set(bytes, offset);
    equal(this.#store.put(source.subarray(offset, offset + count), owned), count, 'bytes put');
    for (const byte of bytes) this.#model.push(byte);
    source.fill(SCRIBBLE);
  }

  #peek(): void {
    const view = this.#store.peek(Math.min(1, this.#store.size));
    equalBytes(view, this.#model);
    ok(!this.#takenBuffers.has(view.buffer), 'lent memory that was given away');
    this.#loans.push({ view, expected: Uint8Array.from(this.#model) });
  }

  #keep(taken: Uint8Array, max: number): void {
    equalBytes(taken, this.#forget(max));
    deepEqual([taken.byteOffset, taken.buffer.byteLength], [0, taken.length], 'memory of its own');
    ok(!this.#takenBuffers.has(taken.buffer), 'memory was given away twice');
    this.#takenBuffers.add(taken.buffer);
    this.#taken.push(taken.fill(SCRIBBLE));
  }

  #takeInto(count: number): void {
    const target = new Uint8Array(count + 2).fill(0xbb);
    const expected = this.#forget(count);
    equal(this.#store.takeInto(target.subarray(1, count + 1)), expected.length, 'bytes copied');
    const untouched = Array<number>(count - expected.length + 1).fill(0xbb);
    equalBytes(target, [0xbb, ...expected, ...untouched]);
  }

  #forget(count: number): number[] {
    return this.#model.splice(0, count);
  }
}

function equalBytes(actual: Uint8Array, expected: ArrayLike<number>): void {
  const bytes = expected instanceof Uint8Array ? expected : Uint8Array.from(expected);
  if (Buffer.compare(actual, bytes) !== 0) deepEqual([...actual], [...bytes]);
}
