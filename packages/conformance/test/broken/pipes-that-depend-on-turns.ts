import type { PipeReader } from '@millrace/core';
import { PlainPipe } from '../pipes/plain-pipe.ts';
import type { Wait } from '../pipes/plain-pipe.ts';
import { bodyClaims, brokenPipe } from './broken-subject.ts';
import type { BrokenSubject } from './broken-subject.ts';

/** What comes out depends on the microtasks, or the macrotasks, that lie between two calls. */
export const pipesThatDependOnTurns: readonly BrokenSubject[] = [
  brokenPipe(
    'joins-what-comes-later-in-the-turn',
    ['P5'],
    class extends PlainPipe {
      override makeReader(): PipeReader {
        const reader = super.makeReader();
        const read = reader.read.bind(reader);
        const readAndJoin: PipeReader['read'] = (options) => this.join(read(options), options);
        return Object.assign(reader, { read: readAndJoin });
      }

      async join(read: Promise<Uint8Array | null>, options?: object): Promise<Uint8Array | null> {
        const isParked = this.waits.length > 0;
        const { delivered } = this;
        const bytes = await read;
        const isAlone = this.waits.length === 0 && this.lent === 0 && this.viewed === 0;
        if (bytes === null || options !== undefined || isParked || !isAlone || this.size === 0) return bytes;
        if (this.delivered !== delivered) return bytes;
        const more = this.takeBytes(1, Number.POSITIVE_INFINITY);
        this.settle();
        return Uint8Array.from([...bytes, ...more]);
      }
    },
  ),
  brokenPipe(
    'wakes-and-then-takes',
    ['P2', 'P5', 'P6', 'P7', 'P12'],
    class extends PlainPipe {
      override answer(wait: Wait): void {
        wait.forget();
        void Promise.resolve()
          .then(() => wait.take())
          .then(wait.resolve, wait.reject);
      }
    },
  ),
  brokenPipe(
    'a-wait-falls-asleep-in-a-macrotask',
    ['P6'],
    class extends PlainPipe {
      override request(
        min: number,
        owner: unknown,
        take: () => unknown,
        signal?: AbortSignal,
      ): Promise<unknown> {
        const answer = super.request(min, owner, take, signal);
        if (this.waits.length > 0) setImmediate(() => (this.waits = []));
        return answer;
      }
    },
    { claims: bodyClaims },
  ),
  brokenPipe(
    'drops-what-is-not-read-soon-after-the-end',
    ['P1'],
    class extends PlainPipe {
      override end(): void {
        super.end();
        if (this.state === 'ended')
          setImmediate(() => {
            this.store.clear();
            this.overflow = [];
          });
      }
    },
    { claims: bodyClaims },
  ),
];
