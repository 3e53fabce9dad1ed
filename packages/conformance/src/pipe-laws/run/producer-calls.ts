import { scribble } from '../../patterned-bytes.ts';
import { showError } from '../judge/outcome.ts';
import type { Operation } from '../pipe-script.ts';
import { failReason } from '../pipe-script.ts';
import type { SubjectAtWork } from './subject-at-work.ts';

/** The producer's calls. */
export class ProducerCalls {
  readonly #subject: SubjectAtWork;
  readonly #firstByte: number;
  readonly #onReady: () => void;
  #isWaiting = false;

  /** `firstByte`: the value of the stream's first byte. `onReady`: `ready()` has been answered. */
  constructor(subject: SubjectAtWork, firstByte: number, onReady: () => void) {
    this.#subject = subject;
    this.#firstByte = firstByte;
    this.#onReady = onReady;
  }

  /** Whether `ready()` is still to be answered. */
  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  make(operation: Operation): void {
    const { pipe, judge } = this.#subject;
    switch (operation.code) {
      case 'w':
      case 'W':
        this.#write(operation);
        break;
      case 'd':
        this.#awaitReady();
        break;
      case 'e':
        judge.oracle.end();
        this.#subject.mustNotThrow(() => pipe.writer.end(), 'end()');
        break;
      case 'f':
      default: {
        const reason = failReason(operation);
        judge.oracle.fail(reason);
        this.#subject.mustNotThrow(() => pipe.writer.fail(reason), 'fail()');
      }
    }
  }

  #write({ code, count = 1 }: Operation): void {
    const { judge, timeline } = this.#subject;
    const { writer } = this.#subject.pipe;
    const from = this.#firstByte + judge.oracle.back;
    const chunk = bytesFrom(from, count);
    const bounds = judge.writing.willWrite(count);
    try {
      const answer = code === 'w' ? writer.write(chunk) : writer.writeCopy(chunk);
      if (code === 'W') this.#takeBack(chunk, from, count);
      judge.writing.settleDoubt(writer.desiredSize);
      judge.writing.expectRefused(answer, writer.desiredSize, bounds);
      this.#subject.readFiguresAfterCall();
      judge.writing.wrote(answer, bounds);
      timeline.answer(String(answer));
    } catch (error) {
      judge.writing.threw(error, bounds);
      timeline.answer(showError(error));
    }
  }

  /** What was copied stays the producer's, who goes on to use it. */
  #takeBack(chunk: Uint8Array, from: number, count: number): void {
    const isUntouched =
      chunk.length === count && chunk.every((byte, index) => byte === ((from + index) & 0xff));
    this.#subject.judge.findings.expect(isUntouched, 'P1', 'what was copied to stay the producer’s', () =>
      chunk.length === count ? 'it changed' : 'it is gone',
    );
    scribble(chunk);
  }

  #awaitReady(): void {
    const { judge, timeline, pipe } = this.#subject;
    const wasOver = judge.oracle.state !== 'open';
    this.#isWaiting = true;
    const call = judge.reading.startedOther({
      text: 'ready()',
      isDue: () => judge.oracle.state !== 'open' || !judge.source.isToldPaused,
    });
    const settled = (isReady: unknown): void => {
      judge.reading.settledOther(call);
      const mayBeOver = judge.oracle.state !== 'open' || !judge.oracle.unseen.isEmpty;
      const isRight = wasOver ? isReady === false : isReady === true || (isReady === false && mayBeOver);
      if (isReady === true) judge.source.toldToGoOn();
      judge.findings.expect(isRight, 'P11', `ready() to answer ${!wasOver}`, () => String(isReady));
      timeline.note('producer', '', `ready: ${String(isReady)}`);
      this.#isWaiting = false;
      this.#onReady();
    };
    pipe.writer.ready().then(settled, (error: unknown) => settled(error));
  }
}

/** In the middle of a bigger buffer, as what a parser hands on is. */
function bytesFrom(from: number, count: number): Uint8Array {
  const chunk = new Uint8Array(count + 2).subarray(1, count + 1);
  for (let index = 0; index < count; index += 1) chunk[index] = (from + index) & 0xff;
  return chunk;
}
