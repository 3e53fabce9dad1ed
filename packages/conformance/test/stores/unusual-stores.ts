import type { BufferStrategy } from '@millrace/core';
import { GrowingStore, growingStrategy } from './growing-store.ts';
import { ListStore, listStrategy } from './list-store.ts';
import { RingStore, ringStrategy } from './ring-store.ts';

/** Correct, and unlike what one would write first: the suite must not mistake a habit for a law. */

class OneByteAtATimeStore extends GrowingStore {
  override peek(min: number = 1): Uint8Array {
    return super.peek().subarray(0, Math.min(min, this.size));
  }

  override take(): Uint8Array {
    return super.take(1);
  }

  override takeInto(target: Uint8Array): number {
    return super.takeInto(target.subarray(0, 1));
  }
}

/** Moves everything to a fresh array on every put: bytes are copied again, but each time twice as many fit. */
class AlwaysCoalescingStore extends GrowingStore {
  override makeRoom(length: number): void {
    if (this.tail + length > this.bytes.length) this.moveTo(Math.max(64, (this.size + length) * 3));
  }
}

class PutsInPartsStore extends RingStore {
  override room(wanted: number): number {
    const room = super.room(wanted);
    return Math.ceil(room / 2);
  }
}

/** A fixed store that lives in shared memory; what it hands out is copied. */
class SharedRingStore extends RingStore {
  override put(chunk: Uint8Array, owned: boolean): number {
    if (chunk.length > 0) this.bytes ??= new Uint8Array(new SharedArrayBuffer(this.capacity));
    return super.put(chunk, owned);
  }

  override straighten(): void {
    super.straighten();
    if (this.bytes === null) return;
    const shared = new Uint8Array(new SharedArrayBuffer(this.capacity));
    shared.set(this.bytes);
    this.bytes = shared;
  }
}

/** Copies as much of a given chunk as its last slab has room for, and keeps the rest as it is. */
class TopsUpItsSlabStore extends ListStore {
  override put(chunk: Uint8Array, owned: boolean): number {
    const slab = this.parts.at(-1);
    const room = slab === undefined || slab.isGiven ? 0 : slab.bytes.length - slab.to;
    const rest = chunk.subarray(Math.min(room, chunk.length));
    if (!owned || rest.length === chunk.length || !this.mayKeep(rest)) return super.put(chunk, owned);
    this.gather(chunk.subarray(0, room));
    this.append({ bytes: rest, from: 0, to: rest.length, isGiven: true });
    this.size += chunk.length;
    return chunk.length;
  }
}

export const unusualStrategies: readonly BufferStrategy[] = [
  { ...growingStrategy, name: 'one-byte-at-a-time', createStore: () => new OneByteAtATimeStore() },
  {
    ...growingStrategy,
    name: 'always-coalescing',
    traits: { ...growingStrategy.traits, amplification: 6 },
    createStore: () => new AlwaysCoalescingStore(),
  },
  { ...ringStrategy, name: 'puts-in-parts', createStore: (options) => new PutsInPartsStore(options) },
  {
    ...ringStrategy,
    name: 'shared-ring',
    traits: { ...ringStrategy.traits, shared: true },
    createStore: (options) => new SharedRingStore(options),
  },
  { ...listStrategy, name: 'tops-up-its-slab', createStore: () => new TopsUpItsSlabStore() },
];
