import { vi } from 'vitest';

/** What `task` asked of the engine: bytes of new memory, and bytes copied from one array to another. */
export interface Effort {
  readonly allocatedBytes: number;
  readonly copiedBytes: number;
}

const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array;

/** Runs `task` with `new Uint8Array(length)`, `slice` and `set` counted. Views of existing memory are no memory. */
export function effortOf(task: () => void): Effort {
  let allocatedBytes = 0;
  let copiedBytes = 0;
  const original = Uint8Array;
  const slice = vi.spyOn(typedArray, 'slice');
  const set = vi.spyOn(typedArray, 'set');
  const counting = new Proxy(original, {
    construct(target, args: unknown[], newTarget: typeof Uint8Array) {
      if (typeof args[0] === 'number') allocatedBytes += args[0];
      return Reflect.construct(target, args, newTarget) as Uint8Array;
    },
  });
  vi.stubGlobal('Uint8Array', counting);
  try {
    task();
    for (const [source] of set.mock.calls) copiedBytes += source.length;
    for (const { value } of slice.mock.results) {
      allocatedBytes += (value as Uint8Array).length;
      copiedBytes += (value as Uint8Array).length;
    }
  } finally {
    vi.unstubAllGlobals();
    slice.mockRestore();
    set.mockRestore();
  }
  return { allocatedBytes, copiedBytes };
}
