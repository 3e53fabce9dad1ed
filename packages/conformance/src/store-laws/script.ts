import { byteCount } from '../byte-count.ts';

/**
 * The memory a chunk is made of:
 *
 * - `exact`: fills its buffer. `half`: a view that shows at least half of it. `sliver`: one that shows a little.
 * - `node`: a Node `Buffer` on a slab, whose `slice` aliases. An ordinary view where there is no `Buffer`.
 * - `resizable`, `shared`: memory that others can change or shrink.
 */
export type MemoryKind = 'exact' | 'half' | 'sliver' | 'node' | 'resizable' | 'shared';

/** One call of a store. Counts are clamped to what the store holds, so every part of a script is a script. */
export type StoreCall =
  | { readonly call: 'put'; readonly length: number; readonly owned: boolean; readonly memory: MemoryKind }
  | { readonly call: 'peek'; readonly min: number | undefined }
  | { readonly call: 'take'; readonly max: number | undefined }
  | { readonly call: 'takeInto'; readonly length: number }
  | { readonly call: 'drop'; readonly count: number }
  | { readonly call: 'clear' };

/** Calls on a fresh store. `capacityBytes` is what `createStore` is given. */
export interface StoreScript {
  readonly capacityBytes: number;
  readonly calls: readonly StoreCall[];
}

const memorySuffix: Readonly<Record<MemoryKind, string>> = {
  exact: '',
  half: 'h',
  sliver: 'v',
  node: 'b',
  resizable: 'r',
  shared: 's',
};

export function put(length: number, owned: boolean, memory: MemoryKind = 'exact'): StoreCall {
  return { call: 'put', length, owned, memory };
}
export function peek(min?: number): StoreCall {
  return { call: 'peek', min };
}
export function take(max?: number): StoreCall {
  return { call: 'take', max };
}
export function takeInto(length: number): StoreCall {
  return { call: 'takeInto', length };
}
export function drop(count: number): StoreCall {
  return { call: 'drop', count };
}
export function clear(): StoreCall {
  return { call: 'clear' };
}

function formatCall(step: StoreCall): string {
  switch (step.call) {
    case 'put':
      return `${step.owned ? 'P' : 'p'}${step.length}${memorySuffix[step.memory]}`;
    case 'peek':
      return `k${step.min ?? ''}`;
    case 'take':
      return `t${step.max ?? ''}`;
    case 'takeInto':
      return `i${step.length}`;
    case 'drop':
      return `d${step.count}`;
    case 'clear':
    default:
      return 'c';
  }
}

/** `4~p3.P2h.k.t2.i1.d1.c`: capacity 4; put 3, put and give 2, peek, take at most 2, take into 1, drop 1, clear. */
export function formatScript(script: StoreScript): string {
  return `${script.capacityBytes}~${script.calls.map(formatCall).join('.')}`;
}

/** No script of the suite has a larger count; the memory for one must be there to be had. */
const MOST_BYTES = 2 ** 28;

function parseCall(text: string): StoreCall {
  const [, letter = '', digits = '', suffix = ''] = /^([pPktidc])(\d*)([hvbrs]?)$/.exec(text) ?? [];
  const count = digits === '' ? undefined : Number(digits);
  if (count !== undefined && count > MOST_BYTES)
    throw new SyntaxError(
      `${JSON.stringify(text)} is no call of a store script: counts go up to ${MOST_BYTES}`,
    );
  switch (letter) {
    case 'p':
    case 'P': {
      const memory = (Object.keys(memorySuffix) as MemoryKind[]).find(
        (kind) => memorySuffix[kind] === suffix,
      );
      return put(count ?? 0, letter === 'P', memory);
    }
    case 'k':
      return peek(count);
    case 't':
      return take(count);
    case 'i':
      return takeInto(count ?? 0);
    case 'd':
      return drop(count ?? 0);
    case 'c':
      return clear();
    default:
      throw new SyntaxError(`${JSON.stringify(text)} is no call of a store script`);
  }
}

/** @throws SyntaxError when `text` is no script. */
export function parseScript(text: string): StoreScript {
  const [, capacity, calls] = /^(\d+)~(.*)$/.exec(text) ?? [];
  if (capacity === undefined || calls === undefined) {
    throw new SyntaxError(`${JSON.stringify(text)} is no store script`);
  }
  return { capacityBytes: Number(capacity), calls: calls === '' ? [] : calls.split('.').map(parseCall) };
}

/** How a call reads in a timeline. */
export function describeCall(step: StoreCall): string {
  switch (step.call) {
    case 'put':
      return `put(${byteCount(step.length)}${step.memory === 'exact' ? '' : `, ${step.memory} memory`}, ${step.owned ? 'owned' : 'not owned'})`;
    case 'peek':
      return `peek(${step.min ?? ''})`;
    case 'take':
      return `take(${step.max ?? ''})`;
    case 'takeInto':
      return `takeInto(${byteCount(step.length)})`;
    case 'drop':
      return `drop(${step.count})`;
    case 'clear':
    default:
      return 'clear()';
  }
}
