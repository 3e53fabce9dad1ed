import type { BufferStrategy } from '@millrace/core';
import type { Mode } from './workload.ts';

/** Called once for each chunk that the consumer got: how many bytes, and where they are while the call lasts. */
export type Take = (length: number, chunk: Uint8Array) => void;

export interface OpenOptions {
  /** Bytes at which the producer is to be told to stop. */
  readonly highWaterMark: number;
  /** Tells the producer that it may go on, after a `write` that answered false. */
  readonly onRoom: () => void;
  /** The declared length of the body, where it is known. */
  readonly expectedBytes?: number;
}

/**
 * A way to move bytes, called in the best way that is known for it. All of these are plain functions on whatever the
 * library makes, so that nothing of ours stands in between, neither in time nor in memory.
 */
export interface SpeedContender<Body = unknown> {
  /** Makes a body. Without options: as a program does that has no wishes. */
  open(this: void, options?: OpenOptions): Body;
  /** Gives a chunk away. False: stop until `onRoom`. */
  write(this: void, body: Body, chunk: Uint8Array): boolean;
  /** Writes out of memory that the producer will use again. Left out: `write` of a copy. */
  writeCopy?(this: void, body: Body, view: Uint8Array): boolean;
  end(this: void, body: Body): void;
  /** What `for await` goes over: chunks, or arrays of them where `consume` has a `for-await` of its own. */
  chunksOf?(this: void, body: Body): AsyncIterable<unknown>;
  /** What it offers beside `for await`, and collecting a body by hand with it; each takes the whole body. */
  readonly consume?: Partial<Readonly<Record<Mode, Consume<Body>>>>;
  /** Whether `write` and `onRoom` mean anything. Those without are held back by the bench, as by a careful user. */
  readonly hasSignals: boolean;
  /** What its own producers hand it: Node's streams turn everything else into a `Buffer` first. */
  readonly wants?: 'buffer';
  /** A limit and no pipe: it is given the whole body before the consumer starts. */
  readonly isPreloaded?: boolean;
}

export type Consume<Body = unknown> = (body: Body, take: Take, options: ConsumeOptions) => Promise<void>;

export interface ConsumeOptions {
  readonly chunkBytes: number;
  readonly bodyBytes: number;
}

/** What every file in `contenders/` exports. The strategy is for those of ours; others never look at it. */
export interface SpeedContenderModule {
  readonly makeContender: (strategy: BufferStrategy) => SpeedContender;
}
