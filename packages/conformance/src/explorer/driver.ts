import type { Host } from '../host.ts';
import type { JobWatch } from './job-watch.ts';
import type { Word } from './word.ts';

/** What the driver moves. `grant` lets a side do its next operation, now or as soon as it no longer waits. */
export interface Actors {
  grant(side: 'producer' | 'consumer'): void;
  /** The next reaction of the consumer begins with a producer operation. */
  grantInReaction(): void;
  /** Called where no microtask is left. `false` ends the schedule. */
  atQuiescence(): boolean;
}

/** What lets a driver see for itself that no microtask is left. */
export interface Quiescence {
  readonly jobs: JobWatch;
  /** For each `D` of the word, and for the settling at its end: the generations that ran somebody's job. */
  readonly depths: number[];
}

const resolved = Promise.resolve();

/**
 * Runs a word, then settles once more. The driver is a reaction that queues itself again on one resolved
 * promise: the microtask queue is first in, first out, so each time it runs again exactly one generation of
 * jobs has passed. Nothing is patched, and equal words give equal runs on every engine.
 *
 * With `quiescence` the driver does not let a macrotask pass where all microtasks have to: it runs generations
 * until one holds no job but its own. That is far quicker, and it shows how many generations mattered.
 */
export function drive(word: Word, actors: Actors, host: Host, quiescence?: Quiescence): Promise<void> {
  return new Promise((resolve, reject) => {
    let at = 0;
    const step = (): void => {
      try {
        advance();
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    const settled = (): void => {
      if (disarm('then')) {
        // An X that no resolving has met is a P.
        actors.grant('producer');
        settle();
      } else if (actors.atQuiescence() && at < word.length) step();
      else resolve();
    };
    const settle = (): void => {
      if (quiescence === undefined) host.onMacrotask(settled);
      else runDry(quiescence, settled);
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

/** Lets generations pass until one is idle, writes down how many were not, and goes on. */
function runDry({ jobs, depths }: Quiescence, then: () => void): void {
  let depth = 0;
  let before = jobs.count;
  const next = (): void => {
    // One of them is this very reaction.
    if (jobs.count - before === 1) {
      depths.push(depth);
      then();
      return;
    }
    depth += 1;
    before = jobs.count;
    void resolved.then(next);
  };
  void resolved.then(next);
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
