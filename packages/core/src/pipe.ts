import { probeFor } from './diagnostics.ts';
import { resolveOptions, type PipeOptions, type PipeSetup } from './options.ts';
import { PipeCore } from './pipe-core.ts';
import { Reader, type PipeReader } from './pipe-reader.ts';
import { Writer, type PipeWriter } from './pipe-writer.ts';
import { PoisonStore } from './poison.ts';
import { SpillStore } from './spill-store.ts';
import type { BufferStrategy, ByteStore } from './strategy.ts';
import { requireStrategy } from './strategy-shape.ts';

/** A writer and a reader around one store. Hand each half to the side it is for. */
export interface Pipe {
  readonly writer: PipeWriter;
  readonly reader: PipeReader;
}

/**
 * Makes a pipe: what `writer` takes, `reader` gives, in order, none lost, and a failure never looks like an
 * end. It holds no memory before the first byte.
 *
 * @throws PipeError `ERR_PIPE_STRATEGY` when `strategy` is none; `ERR_PIPE_ARGUMENT` when an option is out of range.
 */
export function createPipe(strategy: BufferStrategy, options?: PipeOptions): Pipe {
  requireStrategy(strategy, 'The strategy given');
  const setup = resolveOptions(options, strategy.traits);
  const store = openStore(strategy, setup);
  const probe = probeFor(strategy.name, setup);
  const core = new PipeCore(store, probe === undefined ? setup : { ...setup, probe });
  return { writer: new Writer(core), reader: new Reader(core) };
}

function openStore(strategy: BufferStrategy, setup: PipeSetup): ByteStore {
  const { highWaterMark, expectedBytes = Infinity, isFixed, poison } = setup;
  // A body known to be shorter than the mark never needs more than its length.
  const store = strategy.createStore({ capacityBytes: Math.min(highWaterMark, expectedBytes) });
  if (!poison) return store;
  // The spill stands within: what it keeps of a chunk has to be kept before that chunk is poisoned.
  return new PoisonStore(isFixed ? new SpillStore(store, setup) : store);
}
