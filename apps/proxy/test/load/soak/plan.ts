import type { Protocol } from '../../faults/fault-client.ts';
import type { seededRandom } from '../../seeded-random.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** How often each size comes, of a hundred: most bodies are small, and most bytes are in large ones. */
const sizes: readonly (readonly [bytes: number, share: number])[] = [
  [0, 6],
  [1, 8],
  [1000, 20],
  [65_535, 12],
  [65_536, 12],
  [262_145, 16],
  [MIB + 1, 16],
  [10 * MIB, 8],
  [100 * MIB, 2],
];

/** What one exchange is to be, both sides of it. */
export interface Plan {
  readonly id: number;
  readonly direction: 'download' | 'upload';
  /** What the client speaks with the proxy, and the proxy with the origin. */
  readonly client: Protocol;
  readonly origin: Protocol;
  readonly size: number;
  /** How the body says where it ends, to whom that speaks HTTP/1.1; `close` for downloads alone. */
  readonly framing: 'length' | 'chunked' | 'close';
  /** Turns of the event loop that the reader lets pass after each chunk. */
  readonly slowTurns: number;
  /** Who breaks off, and after how many bytes; `undefined`: nobody. */
  readonly break:
    { readonly by: 'client' | 'origin'; readonly afterBytes: number; readonly isReset: boolean } | undefined;
}

/**
 * The next exchange.
 *
 * @param random Decides everything, so the same seed makes the same exchanges.
 * @param protocols Those that the proxy speaks on both sides.
 */
export function planOf(
  id: number,
  random: ReturnType<typeof seededRandom>,
  protocols: readonly Protocol[],
): Plan {
  const direction = random(4) === 0 ? 'upload' : 'download';
  const size = sizeFor(random(100));
  const framing = (['length', 'chunked', ...(direction === 'download' ? ['close' as const] : [])] as const)[
    random(direction === 'download' ? 3 : 2)
  ] as Plan['framing'];
  const slowTurns = random(4) === 0 ? 1 + random(30) : 0;
  const breaks = size > 0 && random(4) === 0;
  const by = direction === 'upload' || random(2) === 0 ? 'client' : 'origin';
  // Behind a body that only the connection ends, an orderly end is one.
  const isReset = framing === 'close' || random(2) === 0;
  const protocol = (): Protocol => protocols[random(protocols.length)] as Protocol;
  return {
    id,
    direction,
    client: protocol(),
    origin: protocol(),
    size,
    framing,
    slowTurns,
    break: breaks ? { by, afterBytes: random(size), isReset } : undefined,
  };
}

function sizeFor(percent: number): number {
  let left = percent;
  for (const [bytes, share] of sizes) {
    if (left < share) return bytes;
    left -= share;
  }
  return 0;
}

/** Where requests go whose origin speaks HTTP/2. */
export const HTTP2_PREFIX = '/http2/';

/** The plan in a path, for the proxy to choose a route by and for the origin to read. */
export function pathOf(plan: Plan): string {
  return (plan.origin === 'HTTP/2' ? HTTP2_PREFIX : '/') + encodeURIComponent(JSON.stringify(plan));
}

export function planIn(path: string): Plan {
  return JSON.parse(decodeURIComponent(path.slice(path.lastIndexOf('/') + 1))) as Plan;
}
