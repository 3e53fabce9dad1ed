import type { BufferStrategy, Pipe, PipeOptions } from '@millrace/core';
import type { LawId } from '../../src/laws.ts';
import { growingStrategy } from '../stores/growing-store.ts';
import { bodyClaims } from './broken-subject.ts';
import type { BrokenSubject } from './broken-subject.ts';

/**
 * The body buffer of the BlackSheep web framework in its three versions, ported statement by statement: one
 * growing accumulator, a "something changed" flag, a completion flag, a stored exception, and a generator.
 * It claims what any body buffer must.
 */

/** A flag to wait for, as asyncio's Event: setting it wakes everybody, and it stays set. */
class Flag {
  #isSet = false;
  #waiting: (() => void)[] = [];

  set(): void {
    this.#isSet = true;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  clear(): void {
    this.#isSet = false;
  }

  wait(): Promise<void> {
    return this.#isSet ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }
}

abstract class IncomingContent {
  readonly changed = new Flag();
  body: number[] = [];
  isComplete = false;
  exception: { readonly reason: unknown } | null = null;
  written = 0;

  extend(chunk: Uint8Array): void {
    this.body.push(...chunk);
    this.written += chunk.length;
    this.changed.set();
  }

  /** The parser has seen the end of the body. */
  complete(): void {
    this.isComplete = true;
    this.changed.set();
  }

  /** The connection is lost: the exception is stored, and the body completed. */
  lose(reason: unknown): void {
    this.exception ??= { reason };
    this.complete();
  }

  abstract stream(): AsyncGenerator<Uint8Array, void>;
}

class OriginalContent extends IncomingContent {
  async *stream(): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      await this.changed.wait();
      this.changed.clear();
      if (this.body.length === 0) break;
      yield Uint8Array.from(this.body);
      // What has arrived during the yield is wiped unread.
      this.body = [];
      if (this.isComplete) break;
      if (this.exception !== null) throw this.exception.reason;
    }
  }
}

class FirstFixContent extends IncomingContent {
  async *stream(): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      await this.changed.wait();
      this.changed.clear();
      if (this.body.length === 0) break;
      const chunk = Uint8Array.from(this.body);
      this.body = [];
      const wasComplete = this.isComplete;
      yield chunk;
      if (wasComplete) break;
      if (this.exception !== null) throw this.exception.reason;
    }
  }
}

class CurrentContent extends IncomingContent {
  async *stream(): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      await this.changed.wait();
      this.changed.clear();
      if (this.body.length === 0) {
        if (this.isComplete) break;
        continue;
      }
      const chunk = Uint8Array.from(this.body);
      this.body = [];
      const wasComplete = this.isComplete;
      yield chunk;
      if (wasComplete) break;
      if (this.exception !== null) throw this.exception.reason;
    }
  }

  /** On HTTP/2 a reset stream stores the exception only. */
  override lose(reason: unknown): void {
    this.exception ??= { reason };
    this.changed.set();
  }
}

/** The content behind the doors of a pipe. Every way to read goes through its one stream. */
function pipeAround(content: IncomingContent): Pipe {
  const stream = content.stream();
  const next = async (): Promise<Uint8Array | null> => (await stream.next()).value ?? null;
  const unsupported = (): never => {
    throw new Error('the content has no such method');
  };
  return {
    writer: {
      desiredSize: null,
      write: (chunk) => {
        content.extend(chunk);
        return true;
      },
      writeCopy: (view) => {
        content.extend(view);
        return true;
      },
      ready: () => Promise.resolve(true),
      end: () => content.complete(),
      fail: (reason) => content.lose(reason),
      closed: new Promise(() => undefined),
    },
    reader: {
      get size() {
        return content.body.length;
      },
      tryRead: () => undefined,
      read: next,
      readInto: unsupported,
      peek: unsupported,
      tryPeek: () => undefined,
      consume: unsupported,
      values: () => stream,
      views: unsupported,
      cancel: () => undefined,
      [Symbol.asyncIterator]: () => stream,
      [Symbol.asyncDispose]: () => Promise.resolve(),
    },
  };
}

function blackSheepSubject(
  name: string,
  breaks: readonly LawId[],
  make: () => IncomingContent,
): BrokenSubject {
  const createPipe = (_strategy: BufferStrategy, _options?: PipeOptions): Pipe => pipeAround(make());
  return { name, strategy: growingStrategy, createPipe, claims: bodyClaims, breaks };
}

export const blackSheep: readonly BrokenSubject[] = [
  blackSheepSubject('blacksheep-original', ['P1', 'P2', 'P3'], () => new OriginalContent()),
  blackSheepSubject('blacksheep-first-fix', ['P2', 'P3', 'P4', 'P8'], () => new FirstFixContent()),
  blackSheepSubject('blacksheep-current', ['P2', 'P3', 'P4', 'P6'], () => new CurrentContent()),
];
