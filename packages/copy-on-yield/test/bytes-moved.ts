type Method = (...args: never[]) => unknown;

/** How many bytes a call of each of these moves. Nothing else in the language moves bytes in bulk. */
const COUNTS: Record<string, (self: Uint8Array, args: unknown[]) => number> = {
  set: (_self, [source]) => (source as ArrayLike<number>).length,
  fill: (self, [, start, end]) => spanOf(self, start, end),
  slice: (self, [start, end]) => spanOf(self, start, end),
  copyWithin: (self, [, start, end]) => spanOf(self, start, end),
};

/** Bytes that were copied or wiped, by whatever ran in `act`. */
export function bytesMovedBy(act: () => void): number {
  const prototype = Object.getPrototypeOf(Uint8Array.prototype) as Record<string, Method>;
  const originals = Object.keys(COUNTS).map((name) => [name, prototype[name]] as const);
  let moved = 0;
  for (const [name, original] of originals) {
    prototype[name] = function counted(this: Uint8Array, ...args: unknown[]): unknown {
      moved += COUNTS[name]?.(this, args) ?? 0;
      return Reflect.apply(original as Method, this, args);
    };
  }
  try {
    act();
  } finally {
    for (const [name, original] of originals) prototype[name] = original as Method;
  }
  return moved;
}

function spanOf(self: Uint8Array, start: unknown, end: unknown): number {
  return ((end as number | undefined) ?? self.length) - ((start as number | undefined) ?? 0);
}
