/** The version of the contract that this package states and that strategies are written for. */
export const CONTRACT_VERSION = 1;

/**
 * What a strategy package exports as its default: a name, what it promises, and a way to make stores.
 *
 * Users choose a buffer by choosing the package whose default export this is.
 */
export interface BufferStrategy {
  /** Its npm package name. */
  readonly name: string;
  /** The contract version it was written for. */
  readonly contract: typeof CONTRACT_VERSION;
  /** What it promises and what it costs; the conformance suite holds it to every one of them. */
  readonly traits: StoreTraits;
  /** Makes an empty store that holds no memory yet [S7]. */
  createStore(options?: StoreOptions): ByteStore;
}

export interface StoreOptions {
  /** Bytes: the size of a fixed store, a hint to any other. A pipe passes its high-water mark. */
  readonly capacityBytes?: number;
}

export interface StoreTraits {
  /** What `put(chunk, true)` does with the chunk: copies its bytes, or takes over its memory. */
  readonly put: 'copies' | 'takes';
  /** Where the bytes of `take` come from: a fresh copy, or memory the store gives away. */
  readonly take: 'copies' | 'gives';
  /** Memory is allocated up front and never exceeded; such a store may refuse part of a `put`. */
  readonly fixed: boolean;
  /** `cost ≤ amplification × size + 16 KiB`, whatever the write sizes [S5]. */
  readonly amplification: number;
  /** The store lives in a SharedArrayBuffer. */
  readonly shared?: boolean;
}

/**
 * A synchronous first-in-first-out of bytes. No promises, no states, no clock: waiting, marks, limits, ends,
 * errors and cancelling all live in the pipe, once. Laws S1–S10 of CONTRACT.md say what each method must keep.
 *
 * A store whose chunk was detached or resized after `put` reports it by throwing an error whose `code` is
 * `ERR_PIPE_DETACHED`, after it has handed out the sound bytes before it [S8].
 */
export interface ByteStore {
  /** Readable bytes, exact [S5]. */
  readonly size: number;
  /**
   * Bytes of memory held because of them, counted in backing arrays; never below `size` [S5]. A fixed store
   * reports `size`.
   */
  readonly cost: number;
  /**
   * Takes in the bytes of `chunk`, behind everything put before.
   *
   * @param owned `true`: the chunk changes owner and nobody writes to it again. `false`: the memory stays the
   *   caller's, so no reference to it may be kept [S2]. Views of resizable or shared buffers are copied
   *   either way [S8].
   * @returns Bytes taken in. Only a fixed store may answer fewer than `chunk.length`.
   */
  put(chunk: Uint8Array, owned: boolean): number;
  /**
   * Lends the bytes at the front without taking them, contiguous for at least `min` (default 1, at most
   * `size`); an empty view when the store is empty. The view stays valid until the next `take`, `takeInto`,
   * `drop` or `clear`; a `put` must not move it [S4].
   */
  peek(min?: number): Uint8Array;
  /**
   * Removes 1 to `max` bytes from the front; an empty array when the store is empty. They belong to the
   * caller for good and share no memory with anything the store holds or will hand out [S3, S10].
   */
  take(max?: number): Uint8Array;
  /**
   * Copies up to `target.length` bytes out and drops them.
   *
   * @returns Bytes copied.
   */
  takeInto(target: Uint8Array): number;
  /** Drops `count` bytes from the front, at most `size`. */
  drop(count: number): void;
  /** Drops everything, every reference included, and goes back to the initial cost [S6]. */
  clear(): void;
}
