import { GrowingStore, growingStrategy } from '../../stores/growing-store.ts';

/** Loses the last byte of each put of three and more. */
class ForgetfulStore extends GrowingStore {
  override put(chunk: Uint8Array, owned: boolean): number {
    super.put(chunk.length > 2 ? chunk.subarray(0, -1) : chunk, owned);
    return chunk.length;
  }
}

export default { ...growingStrategy, name: 'forgetful', createStore: () => new ForgetfulStore() };
