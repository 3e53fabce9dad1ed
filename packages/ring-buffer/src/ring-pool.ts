/** An ArrayBuffer object weighs about as much, so smaller rings would save nothing. */
const LEAST_CLASS_BYTES = 256;

/** Larger rings have exactly the size that was asked for. */
const MOST_CLASS_BYTES = 1024 * 1024;

/**
 * What waits in one class. At the default capacity these are 64 rings: as many bodies may end in one turn and as
 * many begin in the next without an allocation. A process that uses one capacity holds no more than this.
 */
const MOST_HELD_BYTES_PER_CLASS = 4 * 1024 * 1024;

/**
 * What waits of rings above every class, whatever their sizes. A body of 16 MiB in bursts of 4 MiB, read by view, took 1 400 to
 * 8 300 ns a chunk of 64 KiB with a new ring for each body, as the C library happened to have its pages, and takes 750 (Node 24).
 */
const MOST_HELD_LARGE_BYTES = 16 * 1024 * 1024;

const NO_MEMORY = new Uint8Array(0);

type Allocate = (bytes: number) => Uint8Array<ArrayBuffer>;

/** A ring above every class, and where the part of it ends that its owners wrote to. */
interface LargeRing {
  readonly ring: Uint8Array<ArrayBuffer>;
  /** What it held when it came: who kept a view may have transferred it since. */
  readonly bytes: number;
  readonly staleBytes: number;
}

/**
 * Rings between two owners. A body of 1 KiB through a ring of 64 KiB costs 6 µs when the ring is fresh, and under
 * 0.1 µs when it comes from here (Node 24): an allocation per body would cost more than moving its bytes.
 *
 *       256 ─▶ ░░ ░░ ░░        one stack per power of two, newest on top: the one most likely still in the cache
 *       512 ─▶ ░░
 *       …                      ░ zeroed
 *     1 MiB ─▶
 *     above ─▶ ▓▓░░░ ▓▓▓▓    one list, oldest first       ▓ as its last owner left it
 *
 *   G1  a ring is either here, once, or with the one lease that left with it; a lease gives back only what it came
 *       with, and only once [P18]
 *   G2  every ring here is all zero, so that its next owner may lend it: a view shows the whole ring to whoever
 *       asks for its `buffer` [S10]. A large one is so from `staleBytes` on: most of its next owners write over the rest,
 *       or never lend it, and those who do wipe it first (`RingLease.lend`)
 *   G3  a ring waits in the class of its own length
 *   G4  the rings of one class add up to 4 MiB at most, those above every class to 16 MiB
 *
 * The pool remembers nothing about a ring that is out. A store that is dropped without `clear` takes its ring along
 * to the collector.
 */
export class RingPool {
  readonly #stacks = new Map<number, Uint8Array<ArrayBuffer>[]>();
  readonly #large: LargeRing[] = [];
  #largeBytes = 0;
  readonly #allocate: Allocate;

  /** @param allocate Makes zeroed memory; tests count with it. */
  constructor(allocate: Allocate = (bytes) => new Uint8Array(bytes)) {
    this.#allocate = allocate;
  }

  /** Bytes of memory that wait here. */
  get heldBytes(): number {
    let bytes = this.#largeBytes;
    for (const [classBytes, stack] of this.#stacks) bytes += classBytes * stack.length;
    return bytes;
  }

  /** A ring of at least `capacityBytes` that nobody else holds. */
  lease(capacityBytes: number): RingLease {
    const bytes = ringBytesFor(capacityBytes);
    if (bytes > MOST_CLASS_BYTES) return this.#leaseLarge(bytes);
    return new RingLease(this.#stacks.get(bytes)?.pop() ?? this.#allocate(bytes), 0, this);
  }

  #leaseLarge(bytes: number): RingLease {
    const at = this.#large.findLastIndex(({ ring }) => ring.length === bytes);
    const [found] = at < 0 ? [] : this.#large.splice(at, 1);
    if (found === undefined) return new RingLease(this.#allocate(bytes), 0, this);
    this.#largeBytes -= bytes;
    return new RingLease(found.ring, found.staleBytes, this);
  }

  /** Takes back `ring` from the lease it left with. All of it is zero from `staleBytes` on. */
  takeBack(ring: Uint8Array<ArrayBuffer>, staleBytes: number): void {
    const { length } = ring;
    if (length > MOST_CLASS_BYTES) return this.#keepLarge({ ring, bytes: length, staleBytes });
    ring.fill(0, 0, staleBytes);
    const stack = this.#stacks.get(length);
    if (stack === undefined) this.#stacks.set(length, [ring]);
    else if ((stack.length + 1) * length <= MOST_HELD_BYTES_PER_CLASS) stack.push(ring);
  }

  /** In place of those that have waited longest. */
  #keepLarge(large: LargeRing): void {
    if (large.bytes > MOST_HELD_LARGE_BYTES) return;
    this.#large.push(large);
    this.#largeBytes += large.bytes;
    while (this.#largeBytes > MOST_HELD_LARGE_BYTES)
      this.#largeBytes -= (this.#large.shift() as LargeRing).bytes;
  }

  /** For tests: throws when G2, G3 or G4 is broken, or when a ring is here twice, or here and `inUse` [G1]. */
  checkInvariants(inUse?: Uint8Array): void {
    const seen = new Set<ArrayBufferLike | undefined>([inUse?.buffer]);
    for (const [classBytes, stack] of this.#stacks) {
      for (const ring of stack) {
        if (seen.has(ring.buffer)) throw new Error(`G1: a ring of ${classBytes} has two owners`);
        if (ring.some((byte) => byte !== 0)) throw new Error(`G2: a ring of ${classBytes} is not zeroed`);
        if (ring.length !== classBytes)
          throw new Error(`G3: a ring of ${ring.length} waits under ${classBytes}`);
        seen.add(ring.buffer);
      }
      if (classBytes * stack.length > MOST_HELD_BYTES_PER_CLASS) {
        throw new Error(`G4: ${stack.length} rings of ${classBytes} wait`);
      }
    }
    let largeBytes = 0;
    for (const { ring, bytes, staleBytes } of this.#large) {
      if (seen.has(ring.buffer)) throw new Error(`G1: a ring of ${bytes} has two owners`);
      if (ring.subarray(staleBytes).some((byte) => byte !== 0))
        throw new Error(`G2: a ring of ${bytes} is not zero from ${staleBytes} on`);
      if (bytes <= MOST_CLASS_BYTES) throw new Error(`G3: a ring of ${bytes} waits among the large ones`);
      seen.add(ring.buffer);
      largeBytes += bytes;
    }
    if (largeBytes !== this.#largeBytes || largeBytes > MOST_HELD_LARGE_BYTES) {
      throw new Error(`G4: ${this.#largeBytes} of ${largeBytes} bytes of large rings wait`);
    }
  }
}

/** What a wrapped peek lent: bytes `start` to `end` are the front of the store, in one piece. */
export interface Joined {
  readonly bytes: Uint8Array<ArrayBuffer>;
  start: number;
  end: number;
}

/**
 * One owner's hold on one ring, what the owner did with it, and the only way back into the pool. It is used up by
 * giving back [G1]. A store that never had a byte has none, and none of these fields.
 */
export class RingLease {
  readonly #pool: RingPool;
  #ring: Uint8Array<ArrayBuffer>;
  /** Asked for once: a view made of it takes 13 ns, and 20 with `subarray` (Node 24), of 190 for a chunk of 64 bytes. */
  #memory: ArrayBuffer;
  /** Where the part of the ring ends that owners before this one may have written to; 0 once that was wiped. */
  #staleBytes: number;
  /** Where the part of the ring ends that this owner has written to, every byte of it. */
  dirtyBytes = 0;
  /** A view of the ring itself is out and must stay as it is. */
  isLent = false;
  joined: Joined | null = null;

  constructor(ring: Uint8Array<ArrayBuffer>, staleBytes: number, pool: RingPool) {
    this.#ring = ring;
    this.#memory = ring.buffer;
    this.#staleBytes = staleBytes;
    this.#pool = pool;
  }

  /** The memory; none once it was given back. */
  get ring(): Uint8Array<ArrayBuffer> {
    return this.#ring;
  }

  /** Bytes `from` to `to` as they lie in the ring, for its owner; who shows them to others lends. */
  part(from: number, to: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#memory, from, to - from);
  }

  /** From here on every byte of the ring is zero. */
  get usedBytes(): number {
    return Math.max(this.dirtyBytes, this.#staleBytes);
  }

  /**
   * Bytes `from` to `to` as they lie in the ring. Whoever has the view can see all of the ring, so what others have left
   * in it goes first [S10].
   */
  lend(from: number, to: number): Uint8Array<ArrayBuffer> {
    if (this.#staleBytes > this.dirtyBytes) this.#ring.fill(0, this.dirtyBytes, this.#staleBytes);
    this.#staleBytes = 0;
    this.isLent = true;
    return this.part(from, to);
  }

  /**
   * Gives the ring to its next owner. A ring that a valid view still shows goes to the collector instead: its next owner
   * would write where that view looks [P18].
   *
   * It is wiped, which takes 20 ns for a body of 1 KiB and 0.5 µs for one that filled 64 KiB (Node 24), unless it is a large one [G2].
   */
  giveBack(): void {
    const ring = this.#ring;
    if (ring === NO_MEMORY) throw new Error('This ring was given back before');
    this.#ring = NO_MEMORY;
    this.#memory = NO_MEMORY.buffer;
    // A reader that transferred the memory of a lent view took the ring with it, which no other body may feel [P18].
    if (this.isLent || ring.length === 0) return;
    this.#pool.takeBack(ring, this.usedBytes);
  }
}

/** The least power of two that holds the capacity, or exactly the capacity when it is above every class. */
function ringBytesFor(capacityBytes: number): number {
  if (capacityBytes > MOST_CLASS_BYTES) return capacityBytes;
  return Math.max(LEAST_CLASS_BYTES, 1 << (32 - Math.clz32(capacityBytes - 1)));
}

/** The one that every store of this realm shares. */
export const ringPool: RingPool = new RingPool();
