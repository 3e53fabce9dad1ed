import { byteCount } from '../byte-count.ts';
import type { BufferStrategy, ByteStore } from '@millrace/core';
import type { LawId } from '../laws.ts';
import { fillPattern, mismatch, showBytes, showPattern } from '../patterned-bytes.ts';
import type { TimelineStep } from '../result.ts';
import { chunkIn } from './chunk-memory.ts';
import type { MemoryKind, StoreCall, StoreScript } from './script.ts';
import { describeCall, take } from './script.ts';
import type { Violation } from './violation.ts';
import { ViolationFound } from './violation.ts';

/** What one law adds to a run: stress on memory the store must not depend on, and its own checks. */
export interface StoreProbe {
  beforeCall?(call: StoreCall): void;
  afterPut?(chunk: Uint8Array, owned: boolean, memory: MemoryKind, taken: number): void;
  afterPeek?(view: Uint8Array): void;
  afterTake?(bytes: Uint8Array): void;
  afterCall?(call: StoreCall): void;
  atEnd?(): void;
}

export type ProbeFactory = (run: StoreRun) => StoreProbe;

export interface RunOptions {
  readonly probe?: ProbeFactory;
  /** Compare every byte with the oracle [S1]. */
  readonly checkContent: boolean;
  readonly isRecording?: boolean;
}

export interface RunOutcome {
  readonly violation: Violation | null;
  readonly checks: number;
  readonly timeline: readonly TimelineStep[];
}

/** `createStore` has given something else. */
class NoStore extends Error {}

function storeOf(strategy: BufferStrategy, capacityBytes: number): ByteStore {
  const store: unknown = strategy.createStore({ capacityBytes });
  if (typeof store === 'object' && store !== null) return store as ByteStore;
  throw new NoStore(store === null ? 'null' : typeof store);
}

/**
 * One script on one store beside the oracle. The oracle is two offsets into the patterned stream:
 *
 *     delivered or dropped │ what the store holds │ not written yet
 *     0 ────────────────── front ──────────────── back ──────────▶
 */
export class StoreRun {
  readonly strategy: BufferStrategy;
  readonly store: ByteStore;
  readonly capacityBytes: number;
  readonly initialCost: number;
  front = 0;
  back = 0;
  checks = 0;
  #step = -1;
  readonly #options: RunOptions;
  readonly #probe: StoreProbe;
  readonly #timeline: TimelineStep[] = [];
  /** The call that a violation comes out of. */
  #underWay: StoreCall | null = null;

  constructor(strategy: BufferStrategy, capacityBytes: number, options: RunOptions) {
    this.strategy = strategy;
    this.capacityBytes = capacityBytes;
    this.store = storeOf(strategy, capacityBytes);
    this.initialCost = this.store.cost;
    this.#options = options;
    if (options.isRecording === true) {
      this.#timeline.push({ side: 'store', text: `createStore({ capacityBytes: ${capacityBytes} })` });
    }
    this.#probe = options.probe?.(this) ?? {};
  }

  /** Bytes a correct store holds now. */
  get held(): number {
    return this.back - this.front;
  }

  /** The call that the store has not come back from. */
  get callUnderWay(): string | undefined {
    return this.#underWay === null ? undefined : describeCall(this.#underWay);
  }

  /** A check of `law` that can fail. The texts are made only when it does. */
  expect(isRight: boolean, law: LawId, describe: () => readonly [expected: string, got: string]): void {
    this.checks += 1;
    if (isRight) return;
    const [expected, got] = describe();
    throw new ViolationFound({ law, step: this.#step, expected, got });
  }

  /** Makes one call and every check that belongs to it. Throws `ViolationFound`. */
  perform(call: StoreCall): void {
    this.#step += 1;
    this.#underWay = call;
    this.#probe.beforeCall?.(call);
    const answer = this.#call(call);
    this.#probe.afterCall?.(call);
    this.#underWay = null;
    if (this.#options.isRecording === true) {
      const state = { buffered: [this.front, this.back] as const, size: this.store.size };
      this.#timeline.push({ side: 'store', text: describeCall(call), answer, state });
    }
  }

  /** Empties the store and makes the last checks. Throws `ViolationFound`. */
  finish(): void {
    this.#step += 1;
    if (this.#options.checkContent) this.#drain();
    this.#probe.atEnd?.();
  }

  outcomeOf(run: () => void): RunOutcome {
    try {
      run();
      return { violation: null, checks: this.checks, timeline: this.#timeline };
    } catch (error) {
      const violation = this.#violationFrom(error);
      return { violation, checks: this.checks, timeline: this.#failedTimeline(violation) };
    }
  }

  #call(call: StoreCall): string {
    switch (call.call) {
      case 'put':
        return this.#put(call.length, call.owned, call.memory);
      case 'peek':
        return this.#peek(call.min);
      case 'take':
        return this.#take(call.max);
      case 'takeInto':
        return this.#takeInto(call.length);
      case 'drop': {
        const count = Math.min(call.count, this.held);
        this.store.drop(count);
        this.front += count;
        return `${count} dropped`;
      }
      case 'clear':
      default:
        this.store.clear();
        this.front = this.back;
        return '';
    }
  }

  #put(length: number, owned: boolean, memory: MemoryKind): string {
    const chunk = chunkIn(memory, length);
    fillPattern(chunk, this.back);
    const taken = this.store.put(chunk, owned);
    if (this.#options.checkContent) {
      const isFixed = this.strategy.traits.fixed;
      const isRight = isFixed ? Number.isInteger(taken) && taken >= 0 && taken <= length : taken === length;
      this.expect(isRight, 'S1', () => [
        `put to take ${byteCount(isFixed ? 0 : length, length)}`,
        String(taken),
      ]);
    }
    this.back += taken;
    this.#probe.afterPut?.(chunk, owned, memory, taken);
    return `${taken} taken`;
  }

  #peek(min: number | undefined): string {
    const least = Math.min(min ?? 1, this.held);
    const view = min === undefined || least === 0 ? this.store.peek() : this.store.peek(least);
    if (this.#options.checkContent) {
      this.#expectBytes('peek', view);
      const most = this.held;
      this.expect(view.length >= least && view.length <= most, 'S1', () => [
        `a view of ${byteCount(least, most)}`,
        `one of ${view.length}`,
      ]);
      this.#expectStream(view, this.front);
    }
    this.#probe.afterPeek?.(view);
    return `${byteCount(view.length)} lent`;
  }

  #take(max: number | undefined): string {
    const bytes = max === undefined ? this.store.take() : this.store.take(max);
    if (this.#options.checkContent) {
      this.#expectBytes('take', bytes);
      const least = Math.min(1, this.held);
      const most = Math.min(max ?? this.held, this.held);
      this.expect(bytes.length >= least && bytes.length <= most, 'S1', () => [
        `take to give ${byteCount(least, most)}`,
        `${bytes.length}`,
      ]);
      this.#expectStream(bytes, this.front);
    }
    this.front += bytes.length;
    this.#probe.afterTake?.(bytes);
    return `${byteCount(bytes.length)} given`;
  }

  #takeInto(length: number): string {
    // Canaries on both sides: a count or an offset that is wrong by one touches them.
    const frame = new Uint8Array(length + 4).fill(0x5a);
    const target = frame.subarray(2, 2 + length);
    const count = this.store.takeInto(target);
    if (this.#options.checkContent) {
      const most = Math.min(length, this.held);
      this.expect(count >= Math.min(1, most) && count <= most, 'S1', () => [
        `takeInto to copy ${byteCount(Math.min(1, most), most)}`,
        String(count),
      ]);
      this.#expectStream(target.subarray(0, count), this.front);
      const around = [...frame.subarray(0, 2), ...frame.subarray(2 + count)];
      this.expect(
        around.every((byte) => byte === 0x5a),
        'S1',
        () => [`nothing but ${count} bytes of the target to change`, 'bytes beside them changed'],
      );
    }
    this.front += count;
    return `${byteCount(count)} copied`;
  }

  /** An array of numbers, or of clamped ones, would do for everything but for whoever gets it. */
  #expectBytes(call: string, answer: unknown): void {
    this.expect(answer instanceof Uint8Array, 'S1', () => [
      `${call} to give a Uint8Array`,
      Object.prototype.toString.call(answer),
    ]);
  }

  #expectStream(bytes: Uint8Array, offset: number): void {
    const wrong = mismatch(bytes, offset);
    this.expect(wrong < 0, 'S1', () => [
      `the stream from byte ${offset} on: ${showPattern(bytes.length, offset)}`,
      `${showBytes(bytes)}, wrong from index ${wrong} on`,
    ]);
  }

  #drain(): void {
    this.#underWay = take();
    while (this.held > 0) this.#take(undefined);
    const rest = this.store.take();
    this.expect(rest.length === 0, 'S1', () => ['an empty store to give nothing', byteCount(rest.length)]);
    this.#underWay = null;
  }

  #violationFrom(error: unknown): Violation {
    if (error instanceof ViolationFound) return error.violation;
    const expected = `${this.#underWay?.call ?? 'the store'} to answer`;
    return { law: 'S1', step: this.#step, expected, got: `${String(error)} thrown` };
  }

  #failedTimeline(violation: Violation): readonly TimelineStep[] {
    const last: readonly TimelineStep[] =
      this.#underWay === null ? [] : [{ side: 'store', text: describeCall(this.#underWay) }];
    return [
      ...this.#timeline,
      ...last,
      { side: 'store', text: violation.got, answer: `expected ${violation.expected}`, isFailure: true },
    ];
  }
}

/** What a strategy shows that has no store to give. */
function withoutStore(error: unknown): RunOutcome {
  const got = error instanceof NoStore ? error.message : `${String(error)} thrown`;
  const violation: Violation = { law: 'S1', step: 0, expected: 'createStore to make a store', got };
  const timeline: readonly TimelineStep[] = [
    { side: 'store', text: got, answer: `expected ${violation.expected}`, isFailure: true },
  ];
  return { violation, checks: 1, timeline };
}

/** Runs `script` on a fresh store of `strategy`. */
export function runScript(strategy: BufferStrategy, script: StoreScript, options: RunOptions): RunOutcome {
  return runOn(strategy, script.capacityBytes, options, (run) => {
    for (const call of script.calls) run.perform(call);
    run.finish();
  });
}

function runOn(
  strategy: BufferStrategy,
  capacityBytes: number,
  options: RunOptions,
  work: (run: StoreRun) => void,
): RunOutcome {
  let run: StoreRun;
  try {
    run = new StoreRun(strategy, capacityBytes, options);
  } catch (error) {
    return withoutStore(error);
  }
  return run.outcomeOf(() => work(run));
}

/**
 * Runs `script` beside a second store of the same strategy that makes the same calls half a script later, so
 * that one is often cleared or emptied while the other is full: memory from a pool must not have two owners.
 */
export function runBeside(strategy: BufferStrategy, script: StoreScript, options: RunOptions): RunOutcome {
  const { calls, capacityBytes } = script;
  const middle = calls.length >> 1;
  return runOn(strategy, capacityBytes, options, (run) => {
    const neighbour = new StoreRun(strategy, capacityBytes, { checkContent: true });
    for (const [index, call] of calls.entries()) {
      run.perform(call);
      const other = calls[(index + middle) % calls.length];
      if (other !== undefined) neighbour.perform(other);
    }
    neighbour.finish();
    run.finish();
  });
}
