/**
 * From here on a given chunk is not copied into a store and out of it again, but waits as it is. In bursts of 64 chunks of 16 KiB
 * that takes 81 ns a chunk instead of 1 200 through a ring, in bursts of 64 KiB 83 instead of 4 800 (Node 24). Shorter ones are
 * better joined: who sends them on has to make a call for each.
 */
const LEAST_LONG_GIVEN_BYTES = 8 * 1024;

/**
 * From here on a chunk that has to be copied is copied once, and not in and out: 1 MiB in bursts of 64 takes 91 µs instead of 790.
 * Up to 64 KiB, memory that is warm makes up for the second copy (Node 24).
 */
const LEAST_LONG_COPIED_BYTES = 128 * 1024;

/** Behind a store that has no room, shorter ones are gathered: an array for each would cost a multiple of them [S5]. */
const LEAST_KEPT_BYTES = 4096;

/** Whether a chunk is better not put through a store that copies. */
export function isLong(length: number, owned: boolean): boolean {
  return length >= (owned ? LEAST_LONG_GIVEN_BYTES : LEAST_LONG_COPIED_BYTES);
}

/** Whether a given chunk that is not in the store may stay as it is. */
export function isWorthKeeping(length: number): boolean {
  return length >= LEAST_KEPT_BYTES;
}
