import type { BufferStrategy, ByteStore, Pipe, PipeOptions, StoreOptions, StoreTraits } from '@millrace/core';
import type { LawId } from '../../src/laws.ts';
import type { PipeFeature } from '../../src/index.ts';
import { PlainPipe } from '../pipes/plain-pipe.ts';
import { growingStrategy } from '../stores/growing-store.ts';
import { listStrategy } from '../stores/list-store.ts';
import { ringStrategy } from '../stores/ring-store.ts';

/** A store or a pipe with one thing wrong, and the laws that must notice: these, and no other. */
export interface BrokenSubject {
  readonly name: string;
  readonly strategy: BufferStrategy;
  readonly createPipe?: (strategy: BufferStrategy, options?: PipeOptions) => Pipe;
  readonly claims?: readonly LawId[];
  readonly supports?: readonly PipeFeature[];
  readonly breaks: readonly LawId[];
}

const bases = { growing: growingStrategy, ring: ringStrategy, list: listStrategy };

export interface BrokenStoreOptions {
  readonly on: keyof typeof bases;
  readonly breaks: readonly LawId[];
  readonly traits?: Partial<StoreTraits>;
}

/** A store that differs from a sound one in what its class overrides, or in what it declares. */
export function brokenStore(
  name: string,
  { on, breaks, traits }: BrokenStoreOptions,
  Store: new (options?: StoreOptions) => ByteStore,
): BrokenSubject {
  const base = bases[on];
  const strategy: BufferStrategy = {
    name,
    contract: 1,
    traits: { ...base.traits, ...traits },
    createStore: (options) => new Store(options),
  };
  return { name, strategy, breaks };
}

type PipeClass = new (strategy: BufferStrategy, options?: PipeOptions) => PlainPipe;

/** A pipe that differs from the sound one in what its class overrides. */
export function brokenPipe(
  name: string,
  breaks: readonly LawId[],
  Broken: PipeClass,
  promised: Pick<BrokenSubject, 'claims' | 'supports'> = {},
): BrokenSubject {
  return {
    name,
    strategy: growingStrategy,
    createPipe: (strategy, options) => new Broken(strategy, options),
    ...promised,
    breaks,
  };
}

/** What any body buffer must claim: every byte, one true terminal, no hang, no meaning for empty chunks. */
export const bodyClaims: readonly LawId[] = ['P1', 'P2', 'P3', 'P4', 'P6', 'P8'];
