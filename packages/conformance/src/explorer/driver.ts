import type { Host } from '../host.ts';
import type { Word } from './word.ts';

/** What the driver moves. `grant` lets a side do its next operation, now or as soon as it no longer waits. */
export interface Actors {
  grant(side: 'producer' | 'consumer'): void;
  /** The next reaction of the consumer begins with a producer operation. */
  grantInReaction(): void;
  /** Called where no microtask is left. `false` ends the schedule. */
  atQuiescence(): boolean;
}

const resolved = Promise.resolve();

/**
 * Runs a word, then settles once more. The driver is a reaction that queues itself again on one resolved
 * promise: the microtask queue is first in, first out, so each time it runs again exactly one generation of
 * jobs has passed. Nothing is patched, and equal words give equal runs on every engine.
 */
export function drive(word: Word, actors: Actors, host: Host): Promise<void> {
  return new Promise((resolve, reject) => {
    let at = 0;
    const step = (): void => {
      try {
        advance();
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    const settle = (): void => {
      host.onMacrotask(() => {
        if (disarm('then')) {
          // An X that no resolving has met is a P.
          actors.grant('producer');
          settle();
          return;
        }
        if (actors.atQuiescence() && at < word.length) step();
        else resolve();
      });
    };
    const advance = (): void => {
      while (at < word.length) {
        const token = word.charAt(at++);
        switch (token) {
          case 'P':
            actors.grant('producer');
            break;
          case 'C':
            actors.grant('consumer');
            break;
          case 'p':
          case 'c':
            void resolved.then(step);
            actors.grant(token === 'p' ? 'producer' : 'consumer');
            return;
          case 't':
            void resolved.then(step);
            return;
          case 'R':
            actors.grantInReaction();
            break;
          case 'X':
            grantInLookup('then', actors);
            break;
          case 'D':
            settle();
            return;
          default:
            throw new SyntaxError(`${JSON.stringify(word)} is no schedule: ${JSON.stringify(token)}`);
        }
      }
      settle();
    };
    step();
  });
}

/**
 * Runs the producer's next operation inside the pipe's next resolving of a promise with an object: resolving
 * looks for a `then`, synchronously, and finds the accessor that is there for this one look-up.
 */
function grantInLookup(key: string, actors: Actors): void {
  Reflect.defineProperty(Object.prototype, key, {
    configurable: true,
    get(): void {
      disarm(key);
      actors.grant('producer');
    },
  });
}

function disarm(key: string): boolean {
  return Object.hasOwn(Object.prototype, key) && Reflect.deleteProperty(Object.prototype, key);
}
