import type { CreatePipe, PipeFeature } from '@millrace/conformance';
import { EventIterator } from 'event-iterator';
import type { Claims } from '../contender.ts';
import { foreignPipe } from '../foreign-pipe.ts';

const readme = 'https://github.com/rolftimmermans/event-iterator';

export const claims: Claims = {
  P1: `${readme}#background`,
  P3: `${readme}#background`,
  P6: `${readme}#background`,
  P13: `${readme}#background`,
};

export const supports: readonly PipeFeature[] = ['fail', 'return', 'return-anytime', 'return-failed'];

type Queue = Parameters<ConstructorParameters<typeof EventIterator<Uint8Array>>[0]>[0];

export const createPipe: CreatePipe = (_strategy, options) =>
  foreignPipe(options, (tellSource) => {
    let queue!: Queue;
    const events = new EventIterator<Uint8Array>((given) => {
      queue = given;
      return () => tellSource();
    });
    return {
      write(chunk) {
        queue.push(chunk);
        return true;
      },
      end: () => queue.stop(),
      fail: (reason) => queue.fail(reason as Error),
      values: () => events[Symbol.asyncIterator](),
    };
  });
