import { vi } from 'vitest';

/** What `task` asked of the engine: bytes of new memory, and bytes copied from one array to another. */
export interface Effort {
  readonly allocatedBytes: number;
  readonly copiedBytes: number;
}

const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array;

/**
 * Runs `task` with every way counted in which a store makes or fills memory. Views of existing memory are no memory.
 *
 * @param allocate Called with the size of each allocation before it is made; may throw in its place.
 */
export function effortOf(task: () => void, allocate: (bytes: number) => void = () => {}): Effort {
  let allocatedBytes = 0;
  let copiedBytes = 0;
  const set = vi.spyOn(typedArray, 'set');
  const counting = new Proxy(Uint8Array, {
    construct(target, args: unknown[], newTarget: typeof Uint8Array) {
      const [source] = args;
      const bytes = source instanceof target ? source.length : typeof source === 'number' ? source : 0;
      if (bytes > 0) allocate(bytes);
      allocatedBytes += bytes;
      if (typeof source === 'object' && bytes > 0) copiedBytes += bytes;
      return Reflect.construct(target, args, newTarget) as Uint8Array;
    },
  });
  vi.stubGlobal('Uint8Array', counting);
  try {
    task();
    for (const [source] of set.mock.calls) copiedBytes += source.length;
  } finally {
    vi.unstubAllGlobals();
    set.mockRestore();
  }
  return { allocatedBytes, copiedBytes };
}
