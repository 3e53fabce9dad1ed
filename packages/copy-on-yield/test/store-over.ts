import { CopyOnYieldStore } from '../src/copy-on-yield-store.ts';
import { SpareMemory } from '../src/spare-memory.ts';

/** A store whose buffers come from `memory` and go there, not from where all others have theirs. */
class StoreOver extends CopyOnYieldStore {
  readonly #memory: SpareMemory;

  constructor(memory: SpareMemory, capacityBytes: number | undefined) {
    super(capacityBytes === undefined ? {} : { capacityBytes });
    this.#memory = memory;
  }

  protected override get memory(): SpareMemory {
    return this.#memory;
  }
}

export function storeOver(memory: SpareMemory, capacityBytes?: number): CopyOnYieldStore {
  return new StoreOver(memory, capacityBytes);
}
