import type { Answer } from '../../oracle.ts';
import { showError } from '../judge/outcome.ts';
import type { Operation } from '../pipe-script.ts';
import type { ReadingCalls } from './reading-calls.ts';
import type { SubjectAtWork } from './subject-at-work.ts';

const reasons = {
  cancel: new Error('the consumer left'),
  throw: new Error('the consumer threw'),
  signal: new Error('the pipe’s signal fired'),
};
const noReason: Answer = { kind: 'code', code: 'ERR_PIPE_CANCELLED' };
const reasonOf = (reason: unknown): Answer => ({ kind: 'reason', reason });

/** The consumer's ways of leaving, the pipe's own signal among them. */
export class LeavingCalls {
  readonly #subject: SubjectAtWork;
  readonly #reading: ReadingCalls;
  readonly #signal: AbortController | undefined;

  constructor(subject: SubjectAtWork, reading: ReadingCalls, signal: AbortController | undefined) {
    this.#subject = subject;
    this.#reading = reading;
    this.#signal = signal;
  }

  make({ code }: Operation): void {
    const { judge, memory, pipe } = this.#subject;
    const { reader } = pipe;
    memory.endLoan();
    switch (code) {
      case 'x':
        judge.reading.cancelled(reasonOf(reasons.cancel));
        this.#subject.mustNotThrow(() => reader.cancel(reasons.cancel), 'cancel()');
        break;
      case 'o':
        judge.reading.cancelled(noReason);
        this.#subject.mustNotThrow(() => reader.cancel(), 'cancel()');
        break;
      case 'g':
        judge.reading.cancelled(reasonOf(reasons.signal));
        this.#signal?.abort(reasons.signal);
        break;
      case 'y':
        judge.reading.cancelled(noReason);
        this.#await('the disposal', () => reader[Symbol.asyncDispose]());
        break;
      case 'q':
        if (!this.#mayLeaveIteration) return;
        judge.reading.left(this.#reading.values, noReason);
        this.#await('return()', () => this.#reading.values.iterator.return?.());
        break;
      case 'Q':
      default:
        if (!this.#mayLeaveIteration) return;
        judge.reading.left(this.#reading.values, reasonOf(reasons.throw));
        this.#await('throw()', () => this.#reading.values.iterator.throw?.(reasons.throw));
    }
  }

  /** Whether the subject promises anything about leaving its iteration now. */
  get #mayLeaveIteration(): boolean {
    const subject = this.#subject;
    if (subject.judge.oracle.state === 'failed' && !subject.has('return-failed')) return false;
    return this.#reading.isInLoop || subject.has('return-anytime');
  }

  #await(text: 'the disposal' | 'return()' | 'throw()', start: () => PromiseLike<unknown> | undefined): void {
    const { findings, reading } = this.#subject.judge;
    const call = reading.startedOther({ text, isDue: () => true });
    let promise: PromiseLike<unknown> | undefined;
    this.#subject.mustNotThrow(() => void (promise = start()), text);
    const isPromise = typeof promise?.then === 'function';
    findings.expect(isPromise, 'P7', `${text} to answer a promise`, () => typeof promise);
    if (!isPromise || promise === undefined) return reading.settledOther(call);
    promise.then(
      (result) => {
        reading.settledOther(call);
        const isDone = text === 'the disposal' || (result as { done?: unknown } | undefined)?.done === true;
        const isRight = isDone && text !== 'throw()';
        findings.expect(isRight, 'P13', `${text} to end the iteration`, () => 'another answer');
      },
      (error: unknown) => {
        reading.settledOther(call);
        const isRight = text === 'throw()' && error === reasons.throw;
        findings.expect(isRight, 'P13', `${text} not to reject`, () => showError(error));
      },
    );
  }
}
