import type { Pipe, PipeOptions, PipeReader, PipeWriter } from '@millrace/core';

/** What a library that is not ours can do, in its own words. */
export interface ForeignCalls {
  write(chunk: Uint8Array): boolean;
  end(): void;
  fail(reason: unknown): void;
  values(): AsyncIterator<Uint8Array>;
}

/** Tells the source that the reader has left: for the clean-up hook that a library calls. */
export type TellSource = (reason?: unknown) => void;

/**
 * A library with the shape of our pipe. Whatever it lacks throws: nothing is made up for it.
 *
 * Most libraries have one clean-up hook, which runs at every end. What a source does that has ended or failed by
 * itself when that hook runs is its own affair, so `tellSource` does nothing from then on.
 */
export function foreignPipe(
  options: PipeOptions | undefined,
  connect: (tellSource: TellSource) => ForeignCalls,
): Pipe {
  let isOver = false;
  const library = connect((reason) => {
    if (!isOver) options?.source?.cancel?.(reason);
  });
  const writer: PipeWriter = {
    desiredSize: null,
    closed: new Promise(() => undefined),
    write: (chunk) => library.write(chunk),
    writeCopy: missing('writeCopy'),
    ready: missing('ready'),
    end() {
      isOver = true;
      library.end();
    },
    fail(reason) {
      isOver = true;
      library.fail(reason);
    },
  };
  const iterate = (): AsyncIterableIterator<Uint8Array> =>
    library.values() as AsyncIterableIterator<Uint8Array>;
  const reader: PipeReader = {
    size: Number.NaN,
    tryRead: missing('tryRead'),
    read: missing('read'),
    readInto: missing('readInto'),
    peek: missing('peek'),
    tryPeek: missing('tryPeek'),
    consume: missing('consume'),
    values: iterate,
    views: missing('views'),
    cancel: missing('cancel'),
    [Symbol.asyncIterator]: iterate,
    [Symbol.asyncDispose]: missing('[Symbol.asyncDispose]'),
  };
  return { writer, reader };
}

function missing(name: string): () => never {
  return () => {
    throw new TypeError(`This library has no ${name}()`);
  };
}
