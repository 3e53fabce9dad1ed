import { GrowingStore, growingStrategy } from '../../stores/growing-store.ts';
import { hang } from '../hang.ts';

/** Never comes back from a second put. */
class LoopingStore extends GrowingStore {
  override put(chunk: Uint8Array, owned: boolean): number {
    return this.size > 0 ? hang() : super.put(chunk, owned);
  }
}

export default { ...growingStrategy, name: 'looping', createStore: () => new LoopingStore() };
