import { positive } from '../arguments.ts';
import { checkOptionNames, optionNames } from '../option-names.ts';
import { checkReader } from '../pipe-halves.ts';
import { createPipe, type Pipe } from '../pipe.ts';
import type { PipeReader } from '../pipe-reader.ts';
import type { BufferStrategy } from '../strategy.ts';

export interface TeeOptions {
  /** What each branch keeps its bytes in. */
  strategy: BufferStrategy;
  /**
   * Bytes the slowest branch may be behind the fastest, which waits for it beyond that. Default 65_536. Also the
   * most that a branch holds, so one call can ask a branch for no more.
   */
  maxLag?: number;
}

const names = optionNames<TeeOptions>({ strategy: true, maxLag: true });

/** As many readers as were asked for. */
export type Branches<Count extends number> = Count extends 2
  ? [PipeReader, PipeReader]
  : Count extends 3
    ? [PipeReader, PipeReader, PipeReader]
    : PipeReader[];

/**
 * Splits a body into `count` bodies with the same bytes, each in memory of its own.
 *
 * - At most `maxLag` bytes wait in any branch: the fastest reader waits for the slowest. A branch nobody reads
 *   stops the others; cancel it, and it no longer does.
 * - The end and the failure reach every branch, behind its bytes; the reason by identity.
 * - When the last branch is cancelled, the source is, with the reason that branch gave.
 *
 * The source is read from now on, at most `maxLag` bytes ahead; nobody else may read it.
 *
 * @throws PipeError `ERR_PIPE_ARGUMENT` unless `count` and `maxLag` are whole numbers above 0.
 */
export function tee<Count extends number>(
  reader: PipeReader,
  count: Count,
  options: TeeOptions,
): Branches<Count> {
  checkReader('tee()', reader);
  checkOptionNames('tee()', options, names);
  const { strategy, maxLag = 65_536 } = options;
  positive('count', count);
  positive('maxLag', maxLag);
  const fork = new Fork(reader, count, strategy, maxLag);
  void fork.run();
  return fork.readers as Branches<Count>;
}

/**
 *     source ─▶ chunk ─┬─▶ copy ─▶ │ branch │
 *                      ├─▶ copy ─▶ │ branch │
 *                      └─────────▶ │ branch │      the last one gets the chunk itself
 *
 *   I1  no branch holds more than `maxLag` bytes: a chunk is no larger than the least room
 *   I2  what is taken from the source is in every live branch before anything else happens
 */
class Fork {
  readonly readers: PipeReader[] = [];
  /** The branches that nobody has cancelled. */
  readonly #live = new Set<Pipe>();
  readonly #source: PipeReader;
  readonly #maxLag: number;

  constructor(source: PipeReader, count: number, strategy: BufferStrategy, maxLag: number) {
    this.#source = source;
    this.#maxLag = maxLag;
    for (let index = 0; index < count; index += 1) {
      const branch: Pipe = createPipe(strategy, {
        highWaterMark: maxLag,
        maxBuffered: maxLag,
        source: { cancel: (reason) => this.#leave(branch, reason) },
      });
      this.#live.add(branch);
      this.readers.push(branch.reader);
    }
  }

  async run(): Promise<void> {
    try {
      while (this.#live.size > 0) {
        const chunk = this.#source.tryRead(this.#room());
        if (chunk === null) {
          for (const { writer } of this.#live) writer.end();
          return;
        }
        if (chunk === undefined) await this.#source.peek();
        else if (!this.#spread(chunk)) await this.#untilRoom();
      }
    } catch (reason) {
      for (const { writer } of this.#live) writer.fail(reason);
    }
  }

  /** Whether every branch has room for more. */
  #spread(chunk: Uint8Array): boolean {
    let left = this.#live.size;
    let hasRoom = true;
    for (const { writer } of this.#live) {
      left -= 1;
      const goesOn = left === 0 ? writer.write(chunk) : writer.writeCopy(chunk);
      hasRoom &&= goesOn;
    }
    return hasRoom;
  }

  async #untilRoom(): Promise<void> {
    for (const { writer } of this.#live) await writer.ready();
  }

  #room(): number {
    let room = this.#maxLag;
    for (const { reader } of this.#live) room = Math.min(room, this.#maxLag - reader.size);
    return room;
  }

  #leave(branch: Pipe, reason: unknown): void {
    this.#live.delete(branch);
    if (this.#live.size === 0) this.#source.cancel(reason);
  }
}
