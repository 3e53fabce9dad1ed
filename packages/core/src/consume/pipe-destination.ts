import type { PipeWriter } from '../pipe-writer.ts';
import type { Destination } from './destination.ts';
import { endAndDeliver, untilGone, untilReady } from './writer-outcome.ts';

export class PipeDestination implements Destination {
  readonly #writer: PipeWriter;
  readonly gone: Promise<unknown>;

  constructor(writer: PipeWriter) {
    this.#writer = writer;
    this.gone = untilGone(writer);
  }

  write(chunk: Uint8Array): boolean {
    return this.#writer.write(chunk);
  }

  ready(): Promise<void> {
    return untilReady(this.#writer);
  }

  end(): Promise<void> {
    return endAndDeliver(this.#writer);
  }

  /** A pipe delivers what it has accepted, whatever comes behind. */
  flushed(): Promise<void> {
    return Promise.resolve();
  }

  fail(reason: unknown): Promise<void> {
    this.#writer.fail(reason);
    return Promise.resolve();
  }

  release(): void {}
}
