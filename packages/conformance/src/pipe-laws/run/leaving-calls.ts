import type { Answer } from '../../oracle.ts';
import { showError } from '../judge/outcome.ts';
import type { Operation } from '../pipe-script.ts';
import { KEEPING } from './reading-calls.ts';
import type { ReadingCalls } from './reading-calls.ts';
import type { SubjectAtWork } from './subject-at-work.ts';

/** What `x`, `x1`, … leave with: an error, and what is falsy and a reason all the same. */
const cancelReasons: readonly unknown[] = [new Error('the consumer left'), null, 0, ''];
const reasons = { throw: new Error('the consumer threw') };
/** What the pipe's own signal fires with. */
export const signalReason: Error = new Error('the pipe’s signal fired');
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

  make({ code, count = 0 }: Operation): void {
    const { judge, memory, pipe } = this.#subject;
    const { reader } = pipe;
    memory.endLoan();
    switch (code) {
      case 'x':
        judge.reading.cancelled(reasonOf(cancelReasons[count]));
        this.#subject.mustNotThrow(() => reader.cancel(cancelReasons[count]), 'cancel()');
        break;
      case 'o':
        judge.reading.cancelled(noReason);
        this.#subject.mustNotThrow(() => reader.cancel(), 'cancel()');
        break;
      case 'g':
        judge.reading.cancelled(reasonOf(signalReason));
        this.#signal?.abort(signalReason);
        break;
      case 'y':
        judge.reading.cancelled(noReason);
        this.#await('the disposal', () => reader[Symbol.asyncDispose]());
        break;
      case 'q': {
        if (!this.#mayLeaveIteration(count)) return;
        const iteration = this.#reading.iteration(count);
        judge.reading.left(iteration, noReason, count !== KEEPING);
        this.#await('return()', () => iteration.iterator.return?.());
        break;
      }
      case 'Q':
      default:
        if (!this.#mayLeaveIteration(count)) return;
        judge.reading.left(this.#reading.iteration(0), reasonOf(reasons.throw));
        this.#await('throw()', () => this.#reading.iteration(0).iterator.throw?.(reasons.throw));
    }
  }

  /** Whether the subject promises anything about leaving its iteration now. */
  #mayLeaveIteration(which: number): boolean {
    const subject = this.#subject;
    if (subject.judge.oracle.state === 'failed' && !subject.has('return-failed')) return false;
    return (which === 0 && this.#reading.isInLoop) || subject.has('return-anytime');
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
