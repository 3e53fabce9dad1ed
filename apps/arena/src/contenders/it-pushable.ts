import type { CreatePipe, PipeFeature } from '@millrace/conformance';
import { pushable } from 'it-pushable';
import type { Claims } from '../contender.ts';
import { foreignPipe } from '../foreign-pipe.ts';

const api = 'https://alanshaw.github.io/it-pushable/interfaces/Pushable.html';

export const claims: Claims = {
  P1: `${api}#push`,
  P3: `${api}#end`,
  P6: 'https://github.com/alanshaw/it-pushable#example',
};

export const supports: readonly PipeFeature[] = ['fail'];

export const createPipe: CreatePipe = (_strategy, options) =>
  foreignPipe(options, () => {
    const source = pushable();
    return {
      write(chunk) {
        source.push(chunk);
        return true;
      },
      end: () => void source.end(),
      fail: (reason) => void source.end(reason as Error),
      values: () => source[Symbol.asyncIterator](),
    };
  });
