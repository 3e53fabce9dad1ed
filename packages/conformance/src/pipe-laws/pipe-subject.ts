import type { BufferStrategy } from '@millrace/core';
import type { CreatePipe } from '../conformance.ts';
import type { LawId } from '../laws.ts';
import type { Supports } from './pipe-features.ts';

/** A pipe under test, over the stores of a strategy. */
export interface PipeSubject {
  readonly strategy: BufferStrategy;
  readonly createPipe: CreatePipe;
  /** The laws the pipe claims to keep. Default: all. */
  readonly claims?: readonly LawId[] | undefined;
  /** What the pipe has of the contract's calls. Default: all. */
  readonly supports?: Supports;
}
