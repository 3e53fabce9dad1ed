import type { Pipe } from '@millrace/core';
import type { TimelineState, TimelineStep } from '../../result.ts';
import type { PipeJudge } from '../judge/pipe-judge.ts';

/** Writes down what happened, step by step, and the state that each step left behind. */
export class TimelineRecorder {
  readonly steps: TimelineStep[] = [];
  readonly #judge: PipeJudge;
  readonly #pipe: Pipe | undefined;
  readonly #isOn: boolean;
  /** Indices of the calls that are being made, the innermost last. */
  readonly #underWay: number[] = [];

  /** `pipe`: for its own figures, where it has some. Writes down nothing unless `isOn`. */
  constructor(judge: PipeJudge, pipe: Pipe | undefined, isOn: boolean) {
    this.#judge = judge;
    this.#pipe = pipe;
    this.#isOn = isOn;
  }

  note(side: TimelineStep['side'], text: string, answer?: string): void {
    if (!this.#isOn) return;
    const depth = this.#underWay.length;
    this.steps.push({ side, text, ...(answer !== undefined && { answer }), ...(depth > 0 && { depth }) });
    this.#showState(this.steps.length - 1);
  }

  /** A call begins; others may be made within it. */
  begin(side: TimelineStep['side'], text: string): void {
    this.note(side, text);
    this.#underWay.push(this.steps.length - 1);
  }

  /** What the innermost call was answered. */
  answer(answer: string): void {
    const index = this.#underWay.at(-1) ?? -1;
    const step = this.steps[index];
    if (step !== undefined) this.steps[index] = { ...step, answer };
  }

  /** The innermost call is over. */
  end(): void {
    this.#showState(this.#underWay.pop() ?? -1);
  }

  #showState(index: number): void {
    const step = this.steps[index];
    if (step === undefined) return;
    const { oracle, ledger, reading } = this.#judge;
    const { front, back, isPaused, state, limits } = oracle;
    this.steps[index] = {
      ...step,
      state: {
        buffered: [front, back],
        delivered: ledger.delivered,
        ...this.#figures(limits.high),
        marks: [limits.low, limits.high],
        paused: isPaused,
        waiting: reading.waiting,
        ...(state !== 'open' && { terminal: state }),
      },
    };
  }

  #figures(high: number): Pick<TimelineState, 'size' | 'cost'> {
    if (this.#pipe === undefined) return {};
    const { reader, writer } = this.#pipe;
    const { desiredSize } = writer;
    return { size: reader.size, ...(desiredSize !== null && { cost: high - desiredSize }) };
  }
}
