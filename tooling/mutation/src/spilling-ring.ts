/**
 * What the pipe makes of a store that copies, as a strategy of its own, so that the laws of a store are put to it with
 * chunks larger than any script of a pipe has.
 *
 * Everything is named by its path from here, so that a copy of the tree grades the copy.
 */
const packages = new URL('../../../packages/', import.meta.url);
const load = (path: string): Promise<unknown> => import(new URL(path, packages).href);

type Store = object;
type Setup = Readonly<Record<'isFixed' | 'storeTakes' | 'mayWaitBeside', boolean>>;
const { SpillStore } = (await load('core/src/spill-store.ts')) as {
  readonly SpillStore: new (store: Store, setup: Setup) => Store;
};
const { default: ring } = (await load('ring-buffer/src/index.ts')) as {
  readonly default: { createStore(options: { readonly capacityBytes: number }): Store };
};

export default {
  name: 'a spill over a ring',
  contract: 1,
  traits: { put: 'takes', take: 'gives', fixed: false, amplification: 2 },
  createStore: ({ capacityBytes = 64 } = {}): Store =>
    new SpillStore(ring.createStore({ capacityBytes }), {
      isFixed: true,
      storeTakes: false,
      mayWaitBeside: true,
    }),
};
