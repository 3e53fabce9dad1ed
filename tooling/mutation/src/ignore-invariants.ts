import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

/** What is looked at of a Babel node path; Stryker's own type shows none of it. */
interface SeenPath {
  readonly node: { readonly type: string; readonly key?: { readonly name?: string } };
}

/** Invariants are checked by the tests of a store, not by the suite, so Stryker leaves them as they are. */
export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, 'invariants', {
    shouldIgnore(path) {
      const { node } = path as unknown as SeenPath;
      const isInvariants = node.type === 'ClassMethod' && node.key?.name === 'checkInvariants';
      return isInvariants ? 'checked by the tests of the store' : undefined;
    },
  }),
];
