import type { BufferStrategy, ByteStore } from '@millrace/core';

const members: Readonly<Record<keyof ByteStore, 'number' | 'function'>> = {
  size: 'number',
  cost: 'number',
  put: 'function',
  peek: 'function',
  take: 'function',
  takeInto: 'function',
  drop: 'function',
  clear: 'function',
};

/**
 * What a store lacks to be graded: every law would trip over it. `null` for one that has everything, and for one that cannot
 * be made, which is for the laws to say.
 */
export function storeProblem(strategy: BufferStrategy): string | null {
  let store: unknown;
  try {
    store = strategy.createStore({ capacityBytes: 1024 });
  } catch {
    return null;
  }
  if (typeof store !== 'object' || store === null)
    return `createStore() gives ${String(store)}, and no store`;
  if ('then' in store) return 'createStore() gives a promise; stores are made at once';
  const missing = Object.entries(members).filter(([name, type]) => typeof Reflect.get(store, name) !== type);
  if (missing.length === 0) return null;
  const strange = namesOf(store).filter((name) => !Object.hasOwn(members, name));
  const hint = strange.length > 0 ? `; it has ${strange.join(', ')}, which stores need not have` : '';
  return `its stores have ${missing.map(([name, type]) => `no ${type} ${name}`).join(', ')}${hint}`;
}

/** Its own and its class's. */
function namesOf(store: object): string[] {
  const names = new Set<string>();
  for (let of = store; of !== Object.prototype && of !== null; of = Object.getPrototypeOf(of) as object) {
    for (const name of Object.getOwnPropertyNames(of)) names.add(name);
  }
  names.delete('constructor');
  return [...names];
}
