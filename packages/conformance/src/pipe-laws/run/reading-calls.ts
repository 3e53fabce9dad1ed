import type { ReadIntoOptions } from '@millrace/core';
import { OracleCall } from '../../oracle.ts';
import type { Iteration, ReadCall } from '../judge/calls.ts';
import { codeOf, showError } from '../judge/outcome.ts';
import type { Outcome } from '../judge/outcome.ts';
import type { Operation } from '../pipe-script.ts';
import { showChunk } from '../shown-bytes.ts';
import { countListeners } from './listener-count.ts';
import type { SubjectAtWork } from './subject-at-work.ts';

/** An iteration of the subject beside what is known about it. */
export interface RunningIteration extends Iteration {
  readonly iterator: AsyncIterableIterator<Uint8Array>;
}

/** A call whose answer is a promise. */
interface AwaitedCall {
  readonly model: OracleCall;
  readonly iteration?: RunningIteration;
  /** What it answers belongs to the consumer; else it is lent. */
  readonly isOwned: boolean;
  readonly start: () => Promise<unknown>;
  /** The bytes in its result; `null` at the end. */
  readonly bytesOf: (result: unknown) => unknown;
}

/** The iterations of a schedule, by how they are made: each is made where it is first wanted. */
const VALUES = 0;
const OF_READER = 1;
/** Leaves the pipe as it is. */
export const KEEPING = 2;
const VIEWS = 3;
const EVERYTHING = Number.POSITIVE_INFINITY;
const asItIs = (result: unknown): unknown => result;

/** The consumer's ways of reading. */
export class ReadingCalls {
  readonly #subject: SubjectAtWork;
  readonly #onSettled: () => void;
  /** The calls that are not settled; the last of them is what `await` would wait for. */
  #waiting = 0;
  /** Calls under way whose answer is borrowed memory. */
  #borrowing = 0;
  readonly #iterations: (RunningIteration | undefined)[] = [];
  #isInLoop = false;
  #abort: { readonly controller: AbortController; readonly call: ReadCall } | undefined;
  /** For each call with a signal: what it leaves behind, and whether it waits still and may. */
  readonly #signalled: { readonly left: () => number; readonly call: ReadCall }[] = [];

  /** `onSettled`: runs in the first reaction to each answer. */
  constructor(subject: SubjectAtWork, onSettled: () => void) {
    this.#subject = subject;
    this.#onSettled = onSettled;
  }

  get isWaiting(): boolean {
    return this.#waiting > 0;
  }

  /** Whether a call is under way whose answer is the consumer's only until its next call. */
  get isBorrowing(): boolean {
    return this.#borrowing > 0;
  }

  /** The last step of `values()` brought bytes, so a `for await` loop would be in its body. */
  get isInLoop(): boolean {
    return this.#isInLoop;
  }

  iteration(which: number): RunningIteration {
    return (this.#iterations[which] ??= iterate(this.#iterator(which)));
  }

  #iterator(which: number): AsyncIterableIterator<Uint8Array> {
    const { reader } = this.#subject.pipe;
    switch (which) {
      case OF_READER:
        return reader[Symbol.asyncIterator]() as AsyncIterableIterator<Uint8Array>;
      case KEEPING:
        return reader.values({ preventCancel: true });
      case VIEWS:
        return reader.views();
      case VALUES:
      default:
        return reader.values();
    }
  }

  /** `text`: how the call reads in a timeline. */
  make({ code, count }: Operation, text: string): void {
    const { reader } = this.#subject.pipe;
    const least = count ?? 1;
    switch (code) {
      case 'n':
        this.#next(text, this.iteration(count ?? VALUES), true);
        break;
      case 'v':
        this.#next(text, this.iteration(VIEWS), false);
        break;
      case 'r': {
        const options = count === undefined ? undefined : { min: count };
        this.#take(text, least, EVERYTHING, () => reader.read(options));
        break;
      }
      case 'm':
        this.#take(text, 1, least, () => reader.read({ max: least }));
        break;
      case 'M':
        this.#take(text, least, least, () => reader.read({ min: least, max: least }));
        break;
      case 'i':
        this.#readInto(text, new Uint8Array(least), {});
        break;
      case 'I':
        this.#readInto(text, new Uint8Array(least), { min: least });
        break;
      case 'k':
        this.#peek(text, least);
        break;
      case 's':
        this.#tryNow(text, new OracleCall(1, count ?? EVERYTHING, true, null), () => reader.tryRead(count));
        break;
      case 'K':
        this.#tryNow(text, new OracleCall(least, EVERYTHING, false, null), () => reader.tryPeek(count));
        break;
      case 'u':
        this.#consume(least);
        break;
      case 'a':
        this.#waitWithSignal(text, count ?? 0);
        break;
      case 'A':
      default:
        this.#fireSignal();
    }
  }

  /** At the end of the schedule. */
  expectNoListeners(): void {
    for (const { left, call } of this.#signalled) {
      if (this.#subject.judge.reading.isUnderWay(call)) continue;
      this.#subject.judge.findings.expect(left() === 0, 'P17', 'no abort listener left', () =>
        String(left()),
      );
    }
  }

  // ── Calls that answer a promise ─────────────────────────────────────────────────────────────────────

  #next(text: string, iteration: RunningIteration, isOwned: boolean): void {
    this.#await(text, {
      model: new OracleCall(1, EVERYTHING, true, iteration.model, !isOwned),
      iteration,
      isOwned,
      start: () => iteration.iterator.next(),
      bytesOf: (result) => {
        const { done, value } = result as IteratorResult<Uint8Array, unknown>;
        return done === true ? null : value;
      },
    });
  }

  #take(text: string, min: number, max: number, start: () => Promise<Uint8Array | null>): ReadCall {
    const model = new OracleCall(min, max, true, null);
    return this.#await(text, { model, isOwned: true, start, bytesOf: asItIs });
  }

  #readInto(text: string, target: Uint8Array, options: ReadIntoOptions): ReadCall {
    return this.#await(text, {
      model: new OracleCall(options.min ?? 1, target.length, true, null),
      isOwned: true,
      start: () => this.#subject.pipe.reader.readInto(target, options),
      bytesOf: (count) => {
        if (count === 0) return null;
        const isRight = Number.isInteger(count) && Number(count) > 0 && Number(count) <= target.length;
        const { findings } = this.#subject.judge;
        if (!isRight)
          findings.expect(false, 'P16', `${text} to answer 0 to ${target.length}`, () => String(count));
        return target.slice(0, Number(count));
      },
    });
  }

  #peek(text: string, min: number, signal?: AbortSignal): ReadCall {
    const model = new OracleCall(min, EVERYTHING, false, null);
    const { reader } = this.#subject.pipe;
    const start = (): Promise<unknown> =>
      signal === undefined ? reader.peek(min) : reader.peek(min, { signal });
    return this.#await(text, { model, isOwned: false, start, bytesOf: asItIs });
  }

  #waitWithSignal(text: string, way: number): void {
    const controller = new AbortController();
    const { signal } = controller;
    const left = countListeners(signal);
    const calls = [
      () => this.#take(text, 1, EVERYTHING, () => this.#subject.pipe.reader.read({ signal })),
      () => this.#peek(text, 1, signal),
      () => this.#readInto(text, new Uint8Array(2), { signal }),
    ];
    const call = calls[way]?.();
    if (call === undefined) return;
    this.#signalled.push({ left, call });
    this.#abort = { controller, call };
  }

  #fireSignal(): void {
    if (this.#abort === undefined) return;
    const reason = new Error('the wait was given up');
    this.#subject.judge.reading.aborted(this.#abort.call, reason);
    this.#abort.controller.abort(reason);
  }

  /** Starts a call, and shows the judge its answer in the first reaction to it. */
  #await(text: string, { model, iteration, isOwned, start, bytesOf }: AwaitedCall): ReadCall {
    const { judge, memory, timeline } = this.#subject;
    memory.endLoan();
    const call = judge.reading.started(text, model, iteration ?? null);
    this.#waiting += 1;
    if (!isOwned) this.#borrowing += 1;
    const settle = (outcome: Outcome): void => {
      if (!isOwned) this.#borrowing -= 1;
      this.#isInLoop =
        outcome.kind === 'bytes' && iteration !== undefined && iteration === this.#iterations[VALUES];
      timeline.note('consumer', '', `${text}: ${showAnswered(outcome)}`);
      judge.reading.settled(call, memory.receive(outcome, isOwned, model.isTaking));
      this.#waiting -= 1;
      this.#onSettled();
    };
    this.#started(text, start).then(
      (result) => {
        const bytes = bytesOf(result);
        settle(bytes === null ? { kind: 'end' } : { kind: 'bytes', bytes: this.#chunk(text, bytes) });
      },
      (error: unknown) => settle({ kind: 'error', error }),
    );
    return call;
  }

  /** What is no chunk breaks P1, and nothing more is made of it. */
  #chunk(text: string, answer: unknown): Uint8Array {
    if (answer instanceof Uint8Array) return answer;
    const { findings } = this.#subject.judge;
    findings.expect(false, 'P1', `a Uint8Array from ${text}`, () => Object.prototype.toString.call(answer));
    return new Uint8Array(0);
  }

  #started(text: string, start: () => Promise<unknown>): Promise<unknown> {
    const { findings } = this.#subject.judge;
    try {
      const promise: unknown = start();
      if (promise instanceof Promise) return promise;
      findings.expect(false, 'P7', `${text} to answer a promise`, () => typeof promise);
    } catch (error) {
      findings.expect(false, 'P14', `${text} to reject rather than throw`, () => showError(error));
    }
    return new Promise(() => undefined);
  }

  // ── Calls that answer at once ───────────────────────────────────────────────────────────────────────

  #tryNow(text: string, model: OracleCall, attempt: () => Uint8Array | null | undefined): void {
    const { judge, memory, timeline } = this.#subject;
    memory.endLoan();
    judge.reading.willTry(model);
    let outcome: Outcome | null;
    try {
      const bytes = attempt();
      outcome =
        bytes === undefined
          ? null
          : bytes === null
            ? { kind: 'end' }
            : { kind: 'bytes', bytes: this.#chunk(text, bytes) };
    } catch (error) {
      outcome = { kind: 'error', error };
    }
    timeline.answer(outcome === null ? 'undefined' : showAnswered(outcome));
    const received = outcome && memory.receive(outcome, model.isTaking, model.isTaking);
    judge.reading.tried(text, model, received);
  }

  /** Uses up lent bytes. More than is lent must be refused. */
  #consume(count: number): void {
    const { judge, memory, pipe } = this.#subject;
    const { findings, reading } = judge;
    const left = memory.lentBytes;
    // Before the call: a hook within it may end the loan.
    const bytes = count <= left ? memory.useUp(count) : null;
    if (bytes !== null) reading.willConsume(count);
    memory.invalidateLoan();
    try {
      pipe.reader.consume(count);
    } catch (error) {
      const isRight = bytes === null && codeOf(error) === 'ERR_PIPE_STATE';
      const expected = `consume(${count}) of ${left} lent bytes to be allowed`;
      findings.expect(isRight, 'P16', expected, () => showError(error));
      return;
    }
    const expected = `consume(${count}) of ${left} lent bytes to be refused`;
    findings.expect(bytes !== null, 'P16', expected, () => 'it was not');
    if (bytes !== null) reading.consumed(bytes);
  }
}

function iterate(iterator: AsyncIterableIterator<Uint8Array>): RunningIteration {
  return { iterator, isDone: false, hasThrown: false, model: { isDone: false } };
}

function showAnswered(outcome: Outcome): string {
  if (outcome.kind === 'bytes') return showChunk(outcome.bytes);
  return outcome.kind === 'end' ? 'the end' : showError(outcome.error);
}
