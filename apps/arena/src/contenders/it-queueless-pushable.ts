import type { CreatePipe, PipeFeature } from '@millrace/conformance';
import { queuelessPushable } from 'it-queueless-pushable';
import type { Claims } from '../contender.ts';
import { foreignPipe } from '../foreign-pipe.ts';

const readme = 'https://github.com/achingbrain/it/blob/main/packages/it-queueless-pushable/README.md';
const api = 'https://achingbrain.github.io/it/interfaces/it-queueless-pushable.Pushable.html';

export const claims: Claims = {
  P1: `${api}#push`,
  P3: `${api}#end`,
  P6: `${readme}#example`,
  P7: `${readme}#about`,
};

export const supports: readonly PipeFeature[] = ['fail'];

export const createPipe: CreatePipe = (_strategy, options) =>
  foreignPipe(options, () => {
    const pushable = queuelessPushable<Uint8Array>();
    // Each push is awaited before the next, as in the README: that is how this library tells its producer to stop.
    let before = Promise.resolve();
    const after = (step: () => Promise<void>): void => {
      before = before.then(step).catch(() => undefined);
    };
    return {
      write(chunk) {
        after(() => pushable.push(chunk));
        return true;
      },
      end: () => after(() => pushable.end()),
      fail: (reason) => after(() => pushable.end(reason as Error)),
      values: () => pushable[Symbol.asyncIterator](),
    };
  });
