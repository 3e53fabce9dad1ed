import { checkSignal } from '../arguments.ts';
import { checkOptionNames, optionNames } from '../option-names.ts';
import { checkReader, checkWriter, hasMethod } from '../pipe-halves.ts';
import type { PipeReader } from '../pipe-reader.ts';
import type { PipeWriter } from '../pipe-writer.ts';
import type { Destination } from './destination.ts';
import { PipeDestination } from './pipe-destination.ts';
import { StreamDestination } from './stream-destination.ts';

export interface PipeToOptions {
  /** Stops the piping: fails the destination and cancels the source with the signal's reason. */
  signal?: AbortSignal;
  /** Whether the end of the source leaves the destination open. Default `false`. */
  preventClose?: boolean;
  /** Whether a failure of the source leaves the destination open. Default `false`. */
  preventAbort?: boolean;
  /** Whether the loss of the destination leaves the source open. Default `false`. */
  preventCancel?: boolean;
}

const names = optionNames<PipeToOptions>({
  signal: true,
  preventClose: true,
  preventAbort: true,
  preventCancel: true,
});

/**
 * Moves every byte of `reader` into another pipe or a WHATWG `WritableStream`, no faster than that takes them. Chunks
 * change owner.
 *
 * | when | then | settles |
 * |---|---|---|
 * | the source ends | the destination is ended | when that has delivered everything |
 * | the source fails | the destination fails with the reason, behind the bytes before it | rejects with it |
 * | the destination takes no more | the source is cancelled with the reason, at once | rejects with it |
 * | the signal fires | both | rejects with its reason |
 *
 * Reasons travel by identity, and no failure becomes a clean end. A byte that was taken from the source has been
 * handed to the destination, whatever happens: with `preventCancel`, the rest can be read on.
 *
 * @throws `TypeError` when the stream is locked; then neither side has been touched.
 */
export async function pipeTo(
  reader: PipeReader,
  destination: PipeWriter | WritableStream<Uint8Array>,
  options: PipeToOptions = {},
): Promise<void> {
  checkReader('pipeTo()', reader);
  checkOptionNames('pipeTo()', options, names);
  if (options.signal !== undefined) checkSignal(options.signal);
  const target = destinationOf(destination);
  try {
    await new Piping(reader, target, options).run();
  } finally {
    target.release();
  }
}

function destinationOf(destination: PipeWriter | WritableStream<Uint8Array>): Destination {
  if (hasMethod(destination, 'getWriter')) {
    return new StreamDestination(destination as WritableStream<Uint8Array>);
  }
  const writer = destination as PipeWriter;
  checkWriter('pipeTo()', writer, 'a PipeWriter or a WritableStream');
  return new PipeDestination(writer);
}

/** How a piping stopped other than by the end of its source. */
interface Stop {
  readonly reason: unknown;
  readonly by: 'source' | 'destination' | 'signal';
}

class Piping implements EventListenerObject {
  readonly #reader: PipeReader;
  readonly #destination: Destination;
  readonly #options: PipeToOptions;
  /** Gives up a parked wait for bytes where cancelling the source is not allowed to. */
  readonly #giveUp?: AbortController;
  #stop: Stop | undefined;
  /** Lets the wait that is under way be left. */
  #interrupt: (() => void) | undefined;

  constructor(reader: PipeReader, destination: Destination, options: PipeToOptions) {
    this.#reader = reader;
    this.#destination = destination;
    this.#options = options;
    if (options.preventCancel === true) this.#giveUp = new AbortController();
  }

  async run(): Promise<void> {
    const { signal, preventClose } = this.#options;
    if (signal?.aborted === true) this.handleEvent();
    signal?.addEventListener('abort', this);
    void this.#destination.gone.then((reason) => this.#stopWith({ reason, by: 'destination' }));
    await this.#move();
    const stop = this.#stop;
    if (stop?.by === 'source') await this.#wait('source', this.#destination.flushed());
    // From here on how it goes is settled: a signal that fires later changes nothing.
    signal?.removeEventListener('abort', this);
    if (stop !== undefined) {
      await this.#breakOff(stop);
      throw stop.reason;
    }
    if (preventClose !== true) await this.#destination.end();
  }

  /** The signal has fired. */
  handleEvent(): void {
    this.#stopWith({ reason: this.#options.signal?.reason, by: 'signal' });
  }

  #stopWith(stop: Stop): void {
    this.#stop ??= stop;
    this.#giveUp?.abort();
    this.#interrupt?.();
  }

  /** Until the source has ended, or `#stop` says why not. Takes a chunk only when it can be handed on at once. */
  async #move(): Promise<void> {
    let hasRoom = false;
    while (this.#stop === undefined) {
      if (!hasRoom && this.#reader.size > 0) {
        await this.#wait('destination', this.#destination.ready());
        hasRoom = true;
        continue;
      }
      const chunk = this.#attempt('source', () => this.#reader.tryRead());
      if (chunk === null || this.#stop !== undefined) return;
      if (chunk === undefined) await this.#wait('source', this.#reader.peek(1, this.#waiting));
      else hasRoom = this.#attempt('destination', () => this.#destination.write(chunk)) === true;
    }
  }

  get #waiting(): { signal: AbortSignal } | undefined {
    return this.#giveUp && { signal: this.#giveUp.signal };
  }

  #attempt<T>(by: Stop['by'], step: () => T): T | undefined {
    try {
      return step();
    } catch (reason) {
      this.#stopWith({ reason, by });
      return undefined;
    }
  }

  /** Waits for one side, but no longer than until the piping is stopped. */
  #wait(by: Stop['by'], promise: Promise<unknown>): Promise<void> {
    return new Promise((resolve) => {
      this.#interrupt = resolve;
      promise.then(
        () => resolve(),
        (reason: unknown) => {
          this.#stopWith({ reason, by });
          resolve();
        },
      );
    });
  }

  async #breakOff({ reason, by }: Stop): Promise<void> {
    const { preventAbort, preventCancel } = this.#options;
    if (by !== 'source' && preventCancel !== true) this.#reader.cancel(reason);
    if (by !== 'destination' && preventAbort !== true) await this.#destination.fail(reason);
  }
}
