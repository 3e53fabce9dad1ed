import { checkSignal, count, countOrInfinity } from './arguments.ts';
import type { PipeProbe } from './diagnostics.ts';
import { describe, PipeError } from './errors.ts';
import { checkOptionNames, optionNames } from './option-names.ts';
import type { StoreTraits } from './strategy.ts';

/**
 * The producer's side of the world, as far as a pipe acts on it: a socket, a parser, a request. Each hook is
 * called synchronously, after the pipe's own state has changed, and may call anything on the pipe [P12].
 * A hook that throws fails the pipe with what it threw and is not called again.
 */
export interface PipeSource {
  /** Stop for now: the buffered cost has reached the high-water mark. Strictly alternates with `resume` [P11]. */
  pause?(): void;
  /** Go on: the buffer has drained to the low-water mark, or a reader waits for more than is there [P11]. */
  resume?(): void;
  /** Nobody will read any more, for this reason. At most once, and not after `end` or `fail` [P13]. */
  cancel?(reason: unknown): void;
}

export interface PipeOptions {
  /**
   * Bytes of buffered cost at or above which the producer is told to pause. Default 65_536: what a Node socket
   * or an undici body delivers in one read, so a steady producer is at most one chunk ahead. A fixed store is
   * given this many bytes, or `expectedBytes` where that is less.
   */
  highWaterMark?: number;
  /** Bytes of buffered cost at or below which it is told to resume. Default half of the high mark. */
  lowWaterMark?: number;
  /**
   * Readable bytes a producer that ignores `pause` may pile up. A write past it, while paused, is not accepted
   * and fails the pipe with `ERR_PIPE_OVERFLOW`. Default four times the high mark; `Infinity` turns it off.
   */
  maxBuffered?: number;
  /** The declared length of the body in bytes. Any other length is a failure [P15]. */
  expectedBytes?: number;
  /** Limit on the whole body in bytes; the write that passes it fails the pipe with `ERR_PIPE_TOO_LARGE`. */
  maxBytes?: number;
  /** Who is told to pause, resume and stop. */
  source?: PipeSource;
  /** Cancels the pipe with the signal's reason when it fires [P13]. */
  signal?: AbortSignal;
  /**
   * For development: memory that was given is detached and memory that was lent is revoked when its loan ends,
   * so that using it afterwards throws on the spot. Costs a copy of every byte.
   */
  poison?: boolean;
}

/** Options as a pipe uses them: checked, every default filled in. */
export interface PipeLimits {
  readonly highWaterMark: number;
  readonly lowWaterMark: number;
  readonly maxBuffered: number;
  readonly expectedBytes: number | undefined;
  /** The lesser of `expectedBytes` and `maxBytes`: a write past it breaks the pipe off. */
  readonly mostBytes: number;
}

/** All that a pipe is told when it is made, apart from its store. */
export interface PipeSetup extends PipeLimits {
  /** The store may take fewer bytes than it is given. */
  readonly isFixed: boolean;
  /** The store keeps given chunks as they are, where it can. */
  readonly storeTakes: boolean;
  /** Chunks may wait beside the store: one that was given in front of it, and long ones behind it. */
  readonly mayWaitBeside: boolean;
  /** Memory is spoilt when it changes hands. */
  readonly poison: boolean;
  readonly source: PipeSource | undefined;
  readonly signal: AbortSignal | undefined;
  readonly probe: PipeProbe | undefined;
}

const DEFAULT_HIGH_WATER_MARK = 65_536;

/** Of a pipe whose source is known. */
export const sourcedOptions: Readonly<Record<keyof Omit<PipeOptions, 'source'>, true>> = {
  highWaterMark: true,
  expectedBytes: true,
  maxBytes: true,
  lowWaterMark: true,
  maxBuffered: true,
  signal: true,
  poison: true,
};

const names = optionNames<PipeOptions>({ source: true, ...sourcedOptions });

/** What a server that makes a pipe per body without options of its own makes once. */
const defaults = {
  growing: {
    copies: setUp({}, { put: 'copies', fixed: false }),
    takes: setUp({}, { put: 'takes', fixed: false }),
  },
  fixed: {
    copies: setUp({}, { put: 'copies', fixed: true }),
    takes: setUp({}, { put: 'takes', fixed: true }),
  },
};

/** @throws PipeError `ERR_PIPE_ARGUMENT` that names the option, its value and what it may be. */
export function resolveOptions(options: PipeOptions | undefined, traits: StoreTraits): PipeSetup {
  if (options !== undefined || traits.shared === true) return setUp(options ?? {}, traits);
  const { copies, takes } = traits.fixed ? defaults.fixed : defaults.growing;
  return traits.put === 'takes' ? takes : copies;
}

/**
 * Every pipe with options of its own comes by here, so no name is looked up: those that are known are counted as they are
 * used, and only where there are others as well, or none, it is asked which. Looking them up took 20 of the 210 ns of a body.
 */
function setUp(options: PipeOptions, traits: Pick<StoreTraits, 'put' | 'fixed' | 'shared'>): PipeSetup {
  const given = namesIn(options);
  const { source, signal, poison } = options;
  const isPoison = poison === true;
  let known = 0;
  let highWaterMark = DEFAULT_HIGH_WATER_MARK;
  if (options.highWaterMark !== undefined) {
    known += 1;
    highWaterMark = count('highWaterMark', options.highWaterMark);
  }
  let lowWaterMark = Math.floor(highWaterMark / 2);
  if (options.lowWaterMark !== undefined) {
    known += 1;
    lowWaterMark = count('lowWaterMark', options.lowWaterMark);
    if (lowWaterMark >= highWaterMark && highWaterMark > 0)
      throw marksCross(options, lowWaterMark, highWaterMark);
  }
  let maxBuffered = 4 * highWaterMark;
  if (options.maxBuffered !== undefined) {
    known += 1;
    maxBuffered = countOrInfinity('maxBuffered', options.maxBuffered);
  }
  let expectedBytes: number | undefined;
  if (options.expectedBytes !== undefined) {
    known += 1;
    expectedBytes = count('expectedBytes', options.expectedBytes);
  }
  let maxBytes = Infinity;
  if (options.maxBytes !== undefined) {
    known += 1;
    maxBytes = countOrInfinity('maxBytes', options.maxBytes);
  }
  if (source !== undefined) {
    known += 1;
    checkSource(source);
  }
  if (signal !== undefined) {
    known += 1;
    checkSignal(signal);
  }
  if (poison !== undefined) known += 1;
  if (known !== given || known === 0) checkOptionNames('createPipe()', options, names);
  return {
    highWaterMark,
    lowWaterMark: Math.min(lowWaterMark, highWaterMark),
    maxBuffered,
    expectedBytes,
    mostBytes: expectedBytes === undefined ? maxBytes : Math.min(expectedBytes, maxBytes),
    isFixed: traits.fixed,
    storeTakes: traits.put === 'takes',
    mayWaitBeside: traits.shared !== true && !isPoison,
    poison: isPoison,
    source,
    signal,
    probe: undefined,
  };
}

/** A hook that is none would fail the body when it is called, far from where the mistake is. No loop: it allocates. */
function checkSource(source: PipeSource): void {
  if (typeof source !== 'object' || source === null) throw noHook('source', source, 'an object with hooks');
  checkHook(source, 'pause');
  checkHook(source, 'resume');
  checkHook(source, 'cancel');
}

function checkHook(source: PipeSource, name: keyof PipeSource): void {
  const hook: unknown = source[name];
  if (hook !== undefined && typeof hook !== 'function') throw noHook(`source.${name}`, hook);
}

function noHook(name: string, value: unknown, wanted: string = 'a function'): PipeError {
  return new PipeError('ERR_PIPE_ARGUMENT', `${name} is ${describe(value)}; it must be ${wanted}`, { value });
}

function namesIn(options: object): number {
  let names = 0;
  for (const _ in options) names += 1;
  return names;
}

function marksCross(options: PipeOptions, low: number, high: number): PipeError {
  // A high mark that is misspelt is not there.
  checkOptionNames('createPipe()', options, names);
  const message = `lowWaterMark is ${low}; it must be below highWaterMark, ${high}`;
  return new PipeError('ERR_PIPE_ARGUMENT', message, { value: low, limit: high });
}
