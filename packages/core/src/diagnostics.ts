import type { PipeSummary } from './lifecycle.ts';

/** The pipe that a message is about: the same object in every message on it, and no way to the pipe itself. */
export interface ObservedPipe {
  /** Name of the strategy. */
  readonly strategy: string;
  /** Bytes of buffered cost at which the producer is told to pause. */
  readonly highWaterMark: number;
  /** The declared length in bytes; `undefined` when none was declared. */
  readonly expectedBytes: number | undefined;
}

/**
 * What a pipe publishes, by the name of the channel of `node:diagnostics_channel`, on runtimes that have it. Listeners
 * are called in the middle of the pipe's work: they watch, and use no pipe. A pipe that was made before anybody listened to
 * any of these channels publishes nothing.
 */
export interface PipeMessages {
  'millrace:pipe:created': { readonly pipe: ObservedPipe };
  /** The producer is about to be told; `buffered` is what may be read, in bytes. */
  'millrace:pipe:paused': { readonly pipe: ObservedPipe; readonly buffered: number };
  'millrace:pipe:resumed': { readonly pipe: ObservedPipe; readonly buffered: number };
  /** The last accepted byte was delivered or discarded. */
  'millrace:pipe:settled': { readonly pipe: ObservedPipe; readonly summary: PipeSummary };
}

interface Channel {
  readonly hasSubscribers: boolean;
  publish(message: unknown): void;
}

type Channels = { readonly [Name in keyof PipeMessages]: Channel };

const channels = openChannels();

/** Tells who listens what becomes of one pipe. */
export class PipeProbe {
  readonly #pipe: ObservedPipe;
  readonly #channels: Channels;

  constructor(pipe: ObservedPipe, to: Channels) {
    this.#pipe = pipe;
    this.#channels = to;
    this.#channels['millrace:pipe:created'].publish({ pipe });
  }

  marked(isPaused: boolean, buffered: number): void {
    const name = isPaused ? 'millrace:pipe:paused' : 'millrace:pipe:resumed';
    this.#channels[name].publish({ pipe: this.#pipe, buffered });
  }

  settled(summary: PipeSummary): void {
    this.#channels['millrace:pipe:settled'].publish({ pipe: this.#pipe, summary });
  }
}

/** A probe for a new pipe, when anybody listens. */
export function probeFor(
  strategy: string,
  { highWaterMark, expectedBytes }: Omit<ObservedPipe, 'strategy'>,
): PipeProbe | undefined {
  if (channels === undefined || !isHeard(channels)) return undefined;
  return new PipeProbe({ strategy, highWaterMark, expectedBytes }, channels);
}

/** One by one, since a loop over them took 13 of the 230 ns of a body of one chunk (Node 24). */
function isHeard(to: Channels): boolean {
  return (
    to['millrace:pipe:created'].hasSubscribers ||
    to['millrace:pipe:paused'].hasSubscribers ||
    to['millrace:pipe:resumed'].hasSubscribers ||
    to['millrace:pipe:settled'].hasSubscribers
  );
}

/**
 * The channels, where the runtime has them. Asked of `process`, since an import of a module that only some runtimes
 * have would keep core from loading on the others.
 */
function openChannels(): Channels | undefined {
  const { process } = globalThis as {
    process?: { getBuiltinModule?(name: string): { channel(name: string): Channel } | undefined };
  };
  const diagnostics = process?.getBuiltinModule?.('node:diagnostics_channel');
  if (diagnostics === undefined) return undefined;
  return {
    'millrace:pipe:created': diagnostics.channel('millrace:pipe:created'),
    'millrace:pipe:paused': diagnostics.channel('millrace:pipe:paused'),
    'millrace:pipe:resumed': diagnostics.channel('millrace:pipe:resumed'),
    'millrace:pipe:settled': diagnostics.channel('millrace:pipe:settled'),
  };
}
