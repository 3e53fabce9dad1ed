import type { Pipe } from '@millrace/core';
import type { PipeJudge } from '../judge/pipe-judge.ts';
import { showError } from '../judge/outcome.ts';
import { has } from '../pipe-features.ts';
import type { PipeFeature, Supports } from '../pipe-features.ts';
import type { ConsumerMemory } from './consumer-memory.ts';
import type { TimelineRecorder } from './timeline-recorder.ts';

interface Parts {
  readonly pipe: Pipe;
  readonly supports: Supports;
  readonly judge: PipeJudge;
  readonly timeline: TimelineRecorder;
  readonly memory: ConsumerMemory;
}

/** The pipe under test, and everybody who watches it. */
export class SubjectAtWork {
  readonly pipe: Pipe;
  readonly judge: PipeJudge;
  readonly timeline: TimelineRecorder;
  readonly memory: ConsumerMemory;
  readonly #supports: Supports;
  /** The innermost last. */
  readonly #callsUnderWay: string[] = [];

  constructor({ pipe, supports, judge, timeline, memory }: Parts) {
    this.pipe = pipe;
    this.judge = judge;
    this.timeline = timeline;
    this.memory = memory;
    this.#supports = supports;
  }

  has(feature: PipeFeature): boolean {
    return has(this.#supports, feature);
  }

  /** The pipe's own figure, or else what the consumer has not seen. */
  get size(): number {
    return this.has('figures') ? this.pipe.reader.size : this.judge.figures.unread;
  }

  /** The innermost call that the pipe has not come back from. */
  get callUnderWay(): string | undefined {
    return this.#callsUnderWay.at(-1);
  }

  /**
   * Makes one call. Between the calls nothing changes [P5]; inside another one its change must be in place already
   * [P12].
   */
  call(side: 'producer' | 'consumer', text: string, make: () => void): void {
    const { judge, memory, timeline } = this;
    memory.expectLentUntouched();
    this.readFigures();
    if (!judge.isOn) return;
    timeline.begin(side, text);
    this.#callsUnderWay.push(text);
    try {
      make();
    } finally {
      this.#callsUnderWay.pop();
      this.readFigures();
      timeline.end();
    }
    if (this.#callsUnderWay.length === 0) judge.source.expectTold();
  }

  /** Shows the judge the pipe's figures: as they are after a call, or in a hook within one. */
  readFigures(): void {
    this.#showFigures(this.#callsUnderWay.length > 0);
  }

  /** The same right after the pipe has answered the innermost call, which is still under way for us. */
  readFiguresAfterCall(): void {
    this.#showFigures(this.#callsUnderWay.length > 1);
  }

  #showFigures(isInHook: boolean): void {
    const { reader, writer } = this.pipe;
    const { figures } = this.judge;
    if (!this.has('figures')) figures.followDelivery();
    else if (isInHook) figures.inHook(reader.size, writer.desiredSize);
    else figures.afterCall(reader.size, writer.desiredSize);
  }

  mustNotThrow(action: () => void, what: string): void {
    try {
      action();
    } catch (error) {
      this.judge.findings.expect(false, 'P14', `${what} not to throw`, () => showError(error));
    }
  }
}
