import type { LawId } from '../../laws.ts';
import { codeOf, showError } from '../judge/outcome.ts';
import type { Operation } from '../pipe-script.ts';
import { refusedReads, refusedWrites } from '../refused-calls.ts';
import type { RefusedCall } from '../refused-calls.ts';
import type { SubjectAtWork } from './subject-at-work.ts';

/** Calls that somebody has got wrong. Each is refused, and the script goes on as if it had never been made. */
export class Refusals {
  readonly #subject: SubjectAtWork;

  constructor(subject: SubjectAtWork) {
    this.#subject = subject;
  }

  make({ code, count = 0 }: Operation, text: string): void {
    const isRead = code === 'b';
    const call = (isRead ? refusedReads : refusedWrites)[count];
    if (call === undefined) return;
    const { judge, memory, pipe } = this.#subject;
    if (isRead) memory.endLoan();
    // Another call that waits, or a terminal, is as good a reason to refuse a wrong one.
    const { oracle, reading } = judge;
    const isAlone = reading.isIdle && oracle.state === 'open' && oracle.unseen.isEmpty;
    const settled = (refusal: Refusal): void => this.#expectRefused(text, call, isAlone, refusal);
    let result: unknown;
    try {
      result = call.make(pipe);
    } catch (error) {
      settled({ error, isThrown: true });
      return;
    }
    if (!(result instanceof Promise)) {
      settled({ answer: result });
      return;
    }
    const waiting = reading.startedOther({ text, isDue: () => true });
    result.then(
      (answer: unknown) => {
        reading.settledOther(waiting);
        settled({ answer });
      },
      (error: unknown) => {
        reading.settledOther(waiting);
        settled({ error, isThrown: false });
      },
    );
  }

  #expectRefused(text: string, call: RefusedCall, isAlone: boolean, refusal: Refusal): void {
    const { findings } = this.#subject.judge;
    const isSignalled = call.signalReason !== undefined;
    const law = isSignalled ? 'P7' : refusedWrites.includes(call) ? 'P14' : 'P16';
    if (!isAlone && !isSignalled) {
      findings.count(law);
      return;
    }
    const expected = isSignalled ? 'the reason of the signal' : 'ERR_PIPE_ARGUMENT';
    if (!('error' in refusal)) {
      const { answer } = refusal;
      findings.expect(
        false,
        law,
        `${text} to be refused with ${expected}`,
        () => `it answered ${String(answer)}`,
      );
      return;
    }
    const { error, isThrown } = refusal;
    const way = call.isAwaited ? 'reject' : 'throw';
    findings.expect(isThrown !== call.isAwaited, 'P14', `${text} to ${way}`, () => showError(error));
    const isRight = isSignalled ? error === call.signalReason : codeOf(error) === 'ERR_PIPE_ARGUMENT';
    const mayBeAny = !isSignalled && !this.#subject.has('codes');
    findings.expect(isRight || mayBeAny, law, `${text} to be refused with ${expected}`, () =>
      showError(error),
    );
    if (isRight && !isSignalled) this.#expectFigures(text, law, call, error as RefusalFigures);
  }

  #expectFigures(text: string, law: LawId, call: RefusedCall, error: RefusalFigures): void {
    const { findings } = this.#subject.judge;
    const hasValue = !('value' in call) || Object.is(error.value, call.value);
    findings.expect(hasValue, law, `the error of ${text} to name the value`, () => String(error.value));
    const hasLimit = call.limit === undefined || error.limit === call.limit;
    findings.expect(hasLimit, law, `the error of ${text} to name the limit ${call.limit}`, () =>
      String(error.limit),
    );
  }
}

type Refusal = { readonly answer: unknown } | { readonly error: unknown; readonly isThrown: boolean };
type RefusalFigures = Readonly<Partial<Record<'value' | 'limit', unknown>>>;
